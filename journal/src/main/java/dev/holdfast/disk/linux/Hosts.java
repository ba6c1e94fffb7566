package dev.holdfast.disk.linux;

import dev.holdfast.disk.Host;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Finds out about the machine and the process. */
final class Hosts {
  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
  private static final String NO_LOGIN = "4294967295"; // (uid_t) -1

  private Hosts() {}

  /**
   * Returns what is known now.
   *
   * @throws UncheckedIOException if /proc cannot be read: without the boot's id nothing is safe
   */
  static Host read(LibC libc) {
    int uid = libc.geteuid();
    return new Host(
        bootId(libc),
        textOrEmpty(libc, "/etc/machine-id"),
        textOrEmpty(libc, "/proc/sys/kernel/hostname"),
        userName(libc, uid),
        uid,
        libc.getegid(),
        loginUid(libc),
        libc.getpid());
  }

  private static String bootId(LibC libc) {
    try {
      return SystemFile.readText(libc, BOOT_ID);
    } catch (ErrnoException e) {
      throw new UncheckedIOException(e.during("read", BOOT_ID));
    }
  }

  private static String textOrEmpty(LibC libc, String path) {
    try {
      return SystemFile.readText(libc, path);
    } catch (ErrnoException _) {
      return "";
    }
  }

  private static long loginUid(LibC libc) {
    String text = textOrEmpty(libc, "/proc/self/loginuid");
    return text.isEmpty() || text.equals(NO_LOGIN) ? -1 : Long.parseLong(text);
  }

  /** /etc/passwd only: getpwuid(3) may ask a directory server, and wait for it. */
  private static String userName(LibC libc, int uid) {
    String number = Integer.toUnsignedString(uid);
    byte[] passwd;
    try {
      passwd = SystemFile.read(libc, "/etc/passwd");
    } catch (ErrnoException _) {
      return number;
    }
    return new String(passwd, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split(":", -1))
        .filter(fields -> fields.length > 2 && fields[2].equals(number))
        .findFirst()
        .map(fields -> fields[0])
        .orElse(number);
  }
}
