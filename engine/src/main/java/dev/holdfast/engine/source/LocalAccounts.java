package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The accounts in {@code /etc/passwd} and {@code /etc/group}, read when first asked for. Directory
 * services are not asked: they can hang, and an update must not.
 */
public final class LocalAccounts implements Accounts {
  private final Disk disk;
  private @Nullable Map<String, Integer> users;
  private @Nullable Map<String, Integer> groups;

  /** Creates the accounts of this disk. */
  public LocalAccounts(Disk disk) {
    this.disk = disk;
  }

  @Override
  public OptionalInt user(String name) throws IOException {
    Map<String, Integer> known = users;
    if (known == null) {
      known = read("passwd");
      users = known;
    }
    return find(known, name);
  }

  @Override
  public OptionalInt group(String name) throws IOException {
    Map<String, Integer> known = groups;
    if (known == null) {
      known = read("group");
      groups = known;
    }
    return find(known, name);
  }

  private static OptionalInt find(Map<String, Integer> known, String name) {
    Integer number = known.get(name);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private Map<String, Integer> read(String file) throws IOException {
    Map<String, Integer> known = new HashMap<>();
    try (Directory etc = disk.openDirectory(AbsolutePath.of("/etc"));
        DiskFile opened = etc.openToRead(EntryName.of(file));
        InputStream in = new FileInput(opened)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : (Iterable<String>) text.lines()::iterator) {
        String[] fields = line.split(":", -1);
        if (fields.length > 2 && fields[2].matches("[0-9]{1,10}")) {
          known.putIfAbsent(fields[0], (int) Long.parseLong(fields[2]));
        }
      }
    }
    return known;
  }
}
