package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which before-images are kept. With neither limit given, the root's own horizon holds: the newest
 * 20 transactions and all that are younger than 30 days.
 *
 * @param keepNewest how many of a root's newest transactions to keep, or null
 * @param keepYounger the age up to which all are kept, or null
 * @param root only this root, or null for all
 * @param dryRun whether to say only what would go
 */
public record PruneOptions(
    @Nullable Integer keepNewest,
    @Nullable Duration keepYounger,
    @Nullable AbsolutePath root,
    boolean dryRun) {}
