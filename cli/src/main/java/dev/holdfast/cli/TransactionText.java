package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A transaction in lines for people. */
final class TransactionText {
  private static final Pattern PLAIN_WORD =
      Pattern.compile("[\\w@%+=:,./~^-]+", Pattern.UNICODE_CHARACTER_CLASS);

  private TransactionText() {}

  /** Returns one line for {@code log}. */
  static String line(TransactionRecord transaction) {
    Beginning beginning = transaction.beginning();
    Long undoes = beginning.undoes();
    StringBuilder line = new StringBuilder();
    line.append(
        "%4d  %s  %-11s  %-8s  %s  %s"
            .formatted(
                transaction.sequence(),
                TimeText.forPeople(beginning.began()),
                transaction.state().label(),
                ArgumentText.oneLine(beginning.user()),
                counted(transaction.operations(), "operation"),
                paths(beginning.roots())));
    if (undoes != null) {
      line.append("  undoes ").append(undoes);
    }
    if (!beginning.message().isEmpty()) {
      line.append("  ").append(ArgumentText.oneLine(beginning.message()));
    }
    return line.toString();
  }

  /** Returns the lines for {@code show}, without the changes. */
  static List<String> lines(TransactionRecord transaction) {
    Beginning beginning = transaction.beginning();
    Outcome outcome = transaction.outcome();
    Long undoes = beginning.undoes();
    List<String> lines = new ArrayList<>();
    lines.add("transaction " + transaction.sequence() + "  " + transaction.state().label());
    lines.add("began       " + TimeText.forPeople(beginning.began()));
    if (outcome != null && transaction.state().isFinal()) {
      String by = outcome.recovered() ? ", by recovery" : "";
      Duration took = Duration.between(beginning.began(), outcome.at());
      lines.add(
          "finished    %s%s, after %d.%03d s"
              .formatted(
                  TimeText.forPeople(outcome.at()), by, took.toSeconds(), took.toMillisPart()));
    }
    lines.add(
        ArgumentText.oneLine(
            "by          %s (%s) on %s"
                .formatted(
                    beginning.user(),
                    Integer.toUnsignedString(beginning.uid()),
                    beginning.host())));
    lines.add("roots       " + paths(beginning.roots()));
    lines.add("command     " + ArgumentText.oneLine(command(beginning)));
    lines.addAll(circumstances(beginning));
    if (!beginning.message().isEmpty()) {
      lines.add("message     " + ArgumentText.oneLine(beginning.message()));
    }
    if (undoes != null) {
      lines.add("undoes      " + undoes);
    }
    if (beginning.origin().takesBack().size() > 1) {
      lines.add("takes back  " + numbers(beginning.origin().takesBack()));
    }
    if (outcome != null) {
      lines.addAll(lines(outcome));
    }
    if (transaction.pruned()) {
      lines.add("pruned      its before-images are gone; it can't be undone");
    }
    return lines;
  }

  private static List<String> circumstances(Beginning beginning) {
    Origin origin = beginning.origin();
    List<String> lines = new ArrayList<>();
    if (!beginning.workingDirectory().isEmpty()) {
      lines.add("in          " + ArgumentText.oneLine(beginning.workingDirectory()));
    }
    if (origin.parentProcessId() > 0) {
      String parent = command(origin.parentCommand());
      lines.add(
          "process     %d, started by %d%s, boot %s"
              .formatted(
                  beginning.processId(),
                  origin.parentProcessId(),
                  parent.isEmpty() ? "" : " (" + ArgumentText.oneLine(parent) + ")",
                  beginning.bootId()));
    }
    String sudo = origin.sudoUser();
    if (sudo != null) {
      lines.add("sudo by     " + ArgumentText.oneLine(sudo));
    }
    if (beginning.loginUid() >= 0) {
      lines.add("login uid   " + beginning.loginUid());
    }
    if (origin.kind() != Origin.Kind.UPDATE) {
      lines.add("kind        " + origin.kind().label());
    }
    return lines;
  }

  /** Returns transactions' numbers one after the other. */
  static String numbers(List<Long> sequences) {
    return sequences.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private static List<String> lines(Outcome outcome) {
    List<String> lines = new ArrayList<>();
    if (outcome.level() != null) {
      lines.add("level       " + outcome.level());
    }
    if (outcome.exposureMicros() >= 0) {
      lines.add("exposure    " + exposure(outcome.exposureMicros(), outcome.renames()));
    }
    if (outcome.barrier() != null) {
      lines.add("barrier     " + outcome.barrier());
    }
    if (outcome.reason() != null) {
      lines.add("reason      " + ArgumentText.oneLine(outcome.reason()));
    }
    outcome.notes().forEach(note -> lines.add("note        " + ArgumentText.oneLine(note)));
    return lines;
  }

  /** Returns for how long, and over how many visible changes, a mixture could be seen. */
  static String exposure(long micros, int renames) {
    return "%d.%03d ms over %s"
        .formatted(micros / 1000, micros % 1000, counted(renames, "visible change"));
  }

  /** Returns the command line as a shell would take it. What is not UTF-8 in it is lost. */
  static String command(Beginning beginning) {
    return command(beginning.command());
  }

  /** Returns words as a shell would take them. What is not UTF-8 in them is lost. */
  static String command(List<ByteString> words) {
    return words.stream().map(TransactionText::shellWord).collect(Collectors.joining(" "));
  }

  private static String shellWord(ByteString word) {
    String text = new String(word.bytes(), StandardCharsets.UTF_8);
    return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** Returns paths one after the other. */
  static String paths(List<AbsolutePath> paths) {
    return paths.stream().map(AbsolutePath::toString).collect(Collectors.joining(" "));
  }

  /** Returns {@code 1 entry}, {@code 2 entries}. */
  static String entries(long count) {
    return count == 1 ? "1 entry" : count + " entries";
  }

  /** Returns {@code 1 file}, {@code 2 files}. */
  static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** Returns bytes in the unit that people would take. */
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return counted(bytes, "byte");
    }
    long tenths = bytes * 10 / 1024;
    int unit = 0;
    while (tenths >= 10_240 && unit < 3) {
      tenths /= 1024;
      unit++;
    }
    return tenths / 10 + "." + tenths % 10 + " " + List.of("KiB", "MiB", "GiB", "TiB").get(unit);
  }
}
