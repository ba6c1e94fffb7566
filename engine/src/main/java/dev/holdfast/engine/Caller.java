package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who started this process, for the record. What can't be found out is left out. */
record Caller(@Nullable String sudoUser, long parentProcessId, List<ByteString> parentCommand) {
  private static final ByteString REDACTED =
      ByteString.of("[redacted]".getBytes(StandardCharsets.US_ASCII));

  /** So much of a parent's command line is recorded: a shell may carry a whole script in it. */
  private static final int MOST = 1024;

  /** Copies the list. */
  Caller {
    parentCommand = List.copyOf(parentCommand);
  }

  /** Returns who started this process, by the process table that {@code disk} shows. */
  static Caller of(Disk disk) {
    long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    String sudo = System.getenv("SUDO_USER");
    return new Caller(
        sudo == null || sudo.isEmpty() ? null : sudo,
        parent,
        parent == 0 ? List.of() : commandLine(disk, parent));
  }

  private static List<ByteString> commandLine(Disk disk, long process) {
    AbsolutePath path = AbsolutePath.of("/proc/" + process + "/cmdline");
    ByteBuffer text = ByteBuffer.allocate(MOST);
    try (Directory directory = disk.openDirectory(path.parent());
        DiskFile file = directory.openToRead(path.name())) {
      for (int n = 1; n > 0 && text.hasRemaining(); ) {
        n = file.read(text.position(), text);
      }
    } catch (IOException _) {
      return List.of();
    }
    return words(Arrays.copyOf(text.array(), text.position()));
  }

  /** Splits words that each end with a zero byte; the last one may be cut. */
  private static List<ByteString> words(byte[] text) {
    List<ByteString> words = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == 0) {
        words.add(ByteString.of(Arrays.copyOfRange(text, start, i)));
        start = i + 1;
      }
    }
    if (start < text.length) {
      words.add(ByteString.of(Arrays.copyOfRange(text, start, text.length)));
    }
    return words;
  }

  /** Returns the origin of a transaction with these options. */
  Origin origin(Origin.Kind kind, Options options) {
    return new Origin(
        kind,
        sudoUser,
        parentProcessId,
        options.redacted() && !parentCommand.isEmpty() ? List.of(REDACTED) : parentCommand,
        options.isolation(),
        options.takesBack());
  }

  /** Returns a command line without its secrets: the program's name and the command's. */
  static List<ByteString> command(Options options) {
    List<ByteString> words = options.command();
    if (!options.redacted() || words.size() <= 2) {
      return options.redacted() && words.size() == 2 && isOption(words.getLast())
          ? List.of(words.getFirst(), REDACTED)
          : words;
    }
    List<ByteString> kept = new ArrayList<>(List.of(words.getFirst()));
    if (!isOption(words.get(1))) {
      kept.add(words.get(1));
    }
    kept.add(REDACTED);
    return kept;
  }

  private static boolean isOption(ByteString word) {
    return word.bytes().length > 0 && word.bytes()[0] == '-';
  }
}
