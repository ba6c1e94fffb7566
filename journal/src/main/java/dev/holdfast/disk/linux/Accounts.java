package dev.holdfast.disk.linux;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * The numbers of users and groups. From /etc/passwd and /etc/group only: the C library may ask a
 * directory server, and wait for it; who is there can be given by number.
 */
public final class Accounts {
  private static final long MAX_NUMBER = 0xffff_fffeL; // the one above means "leave as it is"

  private Accounts() {}

  /** Returns the number of the user called {@code name}, if /etc/passwd has it. */
  public static OptionalInt user(String name) {
    return numberIn(contents("/etc/passwd"), name);
  }

  /** Returns the number of the group called {@code name}, if /etc/group has it. */
  public static OptionalInt group(String name) {
    return numberIn(contents("/etc/group"), name);
  }

  private static String contents(String path) {
    try {
      return new String(SystemFile.read(new ForeignLibC(), path), StandardCharsets.UTF_8);
    } catch (ErrnoException _) {
      return "";
    }
  }

  /** Returns the third field of the line whose first one is {@code name}. */
  static OptionalInt numberIn(String file, String name) {
    return file.lines()
        .map(line -> line.split(":", -1))
        .filter(fields -> fields.length > 2 && fields[0].equals(name))
        .filter(fields -> fields[2].matches("[0-9]{1,10}"))
        .mapToLong(fields -> Long.parseLong(fields[2]))
        .filter(number -> number <= MAX_NUMBER)
        .mapToInt(number -> (int) number)
        .findFirst();
  }
}
