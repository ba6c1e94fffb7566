package dev.holdfast.journal;

import dev.holdfast.disk.RelativePath;
import java.time.Instant;

/**
 * The mtimes of a directory whose entries change: every rename in it moves the time, so it is set
 * after the last one, in either direction.
 *
 * @param root the index of the root in the plan
 * @param path the directory
 * @param inode which directory it is
 * @param before its mtime before the transaction
 * @param after its mtime after the transaction
 */
public record DirectoryTime(
    int root, RelativePath path, FileIdentity inode, Instant before, Instant after) {}
