package dev.holdfast.journal;

import dev.holdfast.disk.AbsolutePath;

/**
 * A root of a plan: one that it changes, or one that it only locks because it lies around or inside
 * what is changed.
 *
 * @param path where the root is
 * @param control where its control directory is
 * @param fileSystem the identity of the file system that both are on
 * @param folder the inode of the transaction's folder there: evidence in another one, restored from
 *     a backup, says nothing
 * @param touched whether the plan has operations in it
 */
public record PlannedRoot(
    AbsolutePath path,
    AbsolutePath control,
    String fileSystem,
    FileIdentity folder,
    boolean touched) {}
