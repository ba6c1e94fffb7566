package dev.holdfast.disk;

/**
 * What is known of a mounted file system.
 *
 * @param id the file system's identity across reboots, as its own f_fsid or UUID in hexadecimal
 * @param type its type as mountinfo names it: {@code ext4}, {@code xfs}, {@code btrfs}, …
 * @param options mount and super block options as mountinfo has them, comma-separated
 * @param mountPoint where it is mounted, for people
 * @param freeBytes bytes that the caller may still write
 * @param freeInodes inodes that the caller may still create; {@link Long#MAX_VALUE} if unlimited
 * @param readOnly whether it is mounted read-only
 */
public record FileSystemFacts(
    String id,
    String type,
    String options,
    String mountPoint,
    long freeBytes,
    long freeInodes,
    boolean readOnly) {}
