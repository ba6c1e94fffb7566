package dev.holdfast.disk.linux;

import dev.holdfast.disk.Quoted;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A line of <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">
 * /proc/self/mountinfo</a>.
 *
 * @param type the file system's type
 * @param source what is mounted
 * @param options the mount's options, then the super block's
 * @param mountPoint where it is mounted, for people
 */
record MountInfo(String type, String source, String options, String mountPoint) {
  private static final int ID = 0;
  private static final int MOUNT_POINT = 4;
  private static final int MOUNT_OPTIONS = 5;
  private static final int FIRST_OPTIONAL = 6;

  /** Returns the mount with this id in the contents of a mountinfo file. */
  static Optional<MountInfo> find(byte[] mountInfo, long id) {
    String wanted = Long.toString(id);
    // one char for each byte: the kernel escapes what would break a line, and nothing else
    return new String(mountInfo, StandardCharsets.ISO_8859_1)
        .lines()
        .map(line -> Arrays.asList(line.split(" ", -1)))
        .filter(fields -> fields.get(ID).equals(wanted))
        .findFirst()
        .map(MountInfo::of);
  }

  private static MountInfo of(List<String> fields) {
    int separator = FIRST_OPTIONAL;
    while (!fields.get(separator).equals("-")) {
      separator++;
    }
    return new MountInfo(
        forPeople(fields.get(separator + 1)),
        forPeople(fields.get(separator + 2)),
        forPeople(fields.get(MOUNT_OPTIONS) + "," + fields.get(separator + 3)),
        forPeople(fields.get(MOUNT_POINT)));
  }

  /** Undoes the kernel's octal escapes. */
  private static String forPeople(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        bytes.write(Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        bytes.write(field.charAt(i));
      }
    }
    return Quoted.of(bytes.toByteArray());
  }

  /** Returns whether the mount or its super block is read-only. */
  boolean isReadOnly() {
    return Arrays.asList(options.split(",", -1)).contains("ro");
  }
}
