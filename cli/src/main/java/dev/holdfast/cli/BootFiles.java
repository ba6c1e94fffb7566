package dev.holdfast.cli;

import dev.holdfast.cli.BootSystem.Installed;
import dev.holdfast.cli.BootSystem.Link;
import dev.holdfast.cli.BootSystem.Templated;
import dev.holdfast.cli.BootSystem.Text;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of {@code install-boot} below a directory, each whole or not at all, and removes
 * them. A file of these names that somebody else made is never touched.
 */
final class BootFiles {
  /** Where the gate goes. */
  static final String GATE = "/usr/local/bin/holdfast-gate";

  /** Where everything else goes that is not the boot's own. */
  static final String LIBRARY = "/usr/local/lib/holdfast";

  /** What is called at the boot. */
  static final String BOOT = LIBRARY + "/holdfast-boot";

  private static final String SIGNATURE = "holdfast install-boot";
  private static final String S6_TYPE = "oneshot\n";
  private static final EntryName NEXT = EntryName.of(".holdfast-next");
  private static final int DIRECTORY_MODE = 0755;
  private static final int PLAIN = 0644;
  private static final int LARGEST = 1 << 20;

  private final Disk disk;
  private final AbsolutePath destination;
  private final Map<String, String> values;

  /**
   * Creates them.
   *
   * @param destination what stands for / ({@code --destdir})
   * @param values what stands for what in the templates, each byte carried by one char
   */
  BootFiles(Disk disk, AbsolutePath destination, Map<String, String> values) {
    this.disk = disk;
    this.destination = destination;
    this.values = Map.copyOf(values);
  }

  private AbsolutePath place(Installed file) {
    return destination.resolve(RelativePath.of(file.path().substring(1)));
  }

  /** Returns {@code text} as a word of a shell's command line. */
  static String shellWord(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** Returns {@code text} as a word in a unit of systemd's. */
  static String unitWord(String text) {
    StringBuilder word = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        word.append("%%");
      } else if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '\'') {
        word.append("\\x%02x".formatted((int) c));
      } else {
        word.append(c);
      }
    }
    return word.append('"').toString();
  }

  // ---- writing ---------------------------------------------------------------------------------

  /** Writes them all, durable on return. Returns where they are. */
  List<AbsolutePath> write(List<Installed> files) throws IOException {
    for (Installed file : files) {
      requireOurs(file);
    }
    List<AbsolutePath> written = new ArrayList<>();
    for (Installed file : files) {
      AbsolutePath place = place(file);
      try (Directory directory = openOrMake(place.parent())) {
        if (directory.stat(NEXT).isPresent()) {
          directory.unlink(NEXT);
        }
        switch (file) {
          case Templated(_, String template, int mode) -> write(directory, filled(template), mode);
          case Text(_, String text) -> write(directory, text, PLAIN);
          case Link(_, String target) ->
              directory.makeSymbolicLink(NEXT, target.getBytes(StandardCharsets.ISO_8859_1));
        }
        directory.renameOver(NEXT, directory, place.name());
        directory.sync();
      }
      written.add(place);
    }
    return written;
  }

  private static void write(Directory directory, String text, int mode) throws DiskException {
    try (DiskFile made = directory.create(NEXT, mode)) {
      made.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
      made.sync();
    }
  }

  private Directory openOrMake(AbsolutePath path) throws DiskException {
    try {
      return disk.openDirectory(path);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND || path.equals(AbsolutePath.ROOT)) {
        throw e;
      }
    }
    try (Directory parent = openOrMake(path.parent())) {
      parent.makeDirectory(path.name(), DIRECTORY_MODE);
      parent.sync();
    }
    return disk.openDirectory(path);
  }

  private String filled(String template) throws IOException {
    String text;
    try (InputStream in = BootFiles.class.getResourceAsStream("services/" + template)) {
      if (in == null) {
        throw new IOException("services/" + template + " is not in the program");
      }
      text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace(value.getKey(), value.getValue());
    }
    return text;
  }

  // ---- removing --------------------------------------------------------------------------------

  /** Removes those that are there; directories that are empty then go, too. */
  List<AbsolutePath> remove(List<Installed> files) throws IOException {
    for (Installed file : files) {
      requireOurs(file);
    }
    List<AbsolutePath> removed = new ArrayList<>();
    for (Installed file : files) {
      AbsolutePath place = place(file);
      if (stat(place) != null) {
        try (Directory directory = disk.openDirectory(place.parent())) {
          directory.unlink(place.name());
          directory.sync();
        }
        removed.add(place);
        removeIfEmpty(place.parent());
      }
    }
    return removed;
  }

  private void removeIfEmpty(AbsolutePath path) throws DiskException {
    if (!new String(path.bytes(), StandardCharsets.ISO_8859_1).contains("holdfast")) {
      return; // The system's own directories stay.
    }
    try (Directory directory = disk.openDirectory(path);
        Directory parent = disk.openDirectory(path.parent())) {
      if (directory.list().isEmpty()) {
        parent.removeDirectory(path.name());
      }
    }
  }

  private @Nullable Stat stat(AbsolutePath place) throws DiskException {
    try (Directory directory = disk.openDirectory(place.parent())) {
      return directory.stat(place.name()).orElse(null);
    } catch (DiskException e) {
      if (e.error() == DiskError.NOT_FOUND || e.error() == DiskError.NOT_DIRECTORY) {
        return null;
      }
      throw e;
    }
  }

  private void requireOurs(Installed file) throws IOException {
    AbsolutePath place = place(file);
    Stat stat = stat(place);
    if (stat == null) {
      return;
    }
    boolean ours;
    try (Directory directory = disk.openDirectory(place.parent())) {
      ours =
          switch (file) {
            case Templated _ ->
                stat.type() == FileType.FILE && text(directory, place).contains(SIGNATURE);
            case Text _ -> stat.type() == FileType.FILE && text(directory, place).equals(S6_TYPE);
            case Link(_, String target) ->
                stat.type() == FileType.SYMLINK
                    && new String(
                            directory.readSymbolicLink(place.name()), StandardCharsets.ISO_8859_1)
                        .equals(target);
          };
    }
    if (!ours) {
      throw new ConflictException(
          place + " is somebody else's, not install-boot's; nothing was changed",
          List.of(place.toString()));
    }
  }

  private static String text(Directory directory, AbsolutePath place) throws DiskException {
    try (DiskFile file = directory.openToRead(place.name())) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(LARGEST, file.size()));
      for (int n = 1; n > 0 && buffer.hasRemaining(); ) {
        n = file.read(buffer.position(), buffer);
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
    }
  }
}
