package dev.holdfast.disk.linux;

import dev.holdfast.disk.Stat;

/**
 * The kernel's table of held file locks, {@code /proc/locks}: flock(2), POSIX and open file
 * description locks alike. Supervisors use different kinds.
 */
final class LockTable {
  private static final int FILE_FIELD = 5;

  private LockTable() {}

  /** Returns whether the table has a lock that is held on the file. */
  static boolean holds(String table, Stat file) {
    String wanted =
        "%02x:%02x:%d"
            .formatted(Stats.major(file.device()), Stats.minor(file.device()), file.inode());
    return table
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .anyMatch(fields ->
            fields.length > FILE_FIELD
                && !fields[1].equals("->")
                && fields[FILE_FIELD].equals(wanted));
  }
}
