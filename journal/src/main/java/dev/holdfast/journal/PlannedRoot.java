package dev.holdfast.journal;

import dev.holdfast.disk.AbsolutePath;

/**
 * A root of a plan: one that it changes, or one that it only locks because it lies around or inside
 * what is changed.
 *
 * @param path where the root is
 * @param control where its control directory is
 * @param fileSystem the identity of the file system that both are on
 * @param touched whether the plan has operations in it
 */
public record PlannedRoot(
    AbsolutePath path, AbsolutePath control, String fileSystem, boolean touched) {}
