package dev.holdfast.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The demonstration: an update killed half way, the mixture, recovery, the record, undo. */
final class Demo {
  private static final int TRIES = 8;
  private static final int LINES_SHOWN = 14;
  private static final long SAMPLING_MICROS = 500;
  private static final List<String> RELEASE_2 =
      List.of("apply", "-m", "release 2", "release-2", "service");

  private final Printer printer;
  private final boolean coloured;
  private final DemoTree tree;
  private final ChildProgram program;
  private final Path folder;

  Demo(Printer printer, Path folder, boolean coloured) {
    this.printer = printer;
    this.coloured = coloured;
    this.folder = folder;
    this.tree = new DemoTree(folder);
    this.program = new ChildProgram(folder);
  }

  /** Shows it. */
  ExitCode run() throws IOException {
    prepare();
    int updated = killHalfWay();
    if (updated == 0) {
      printer.error(
          "in %d tries the kill never came between the first change and the last one: try again, or"
                  .formatted(TRIES)
              + " on a slower disk",
          List.of(),
          ExitCode.FAILED);
      return ExitCode.FAILED;
    }
    showMixture(updated);
    recover();
    lookBack();
    return end(updated);
  }

  private void prepare() throws IOException {
    title("A directory of services, and its next release");
    tree.writeRelease(1);
    tree.writeRelease(2);
    say("Release 1 is live in %s/service: 500 services of 4 files each.".formatted(folder));
    say(
        "Release 2 changes all %d files. A supervisor watches the directory, so it must stay the"
            .formatted(DemoTree.size()));
    say("same directory, and its files can only be replaced one by one.");
    show(List.of("apply", "-m", "release 1", "release-1", "service"));
  }

  /** Returns how many files were of release 2 when the update was dead; 0 if it never came so. */
  private int killHalfWay() throws IOException {
    title("The update is killed half way");
    say(command(RELEASE_2) + "     and then, while it replaces files: SIGKILL");
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Process update = program.start(RELEASE_2);
      while (update.isAlive() && !tree.isHalfUpdated()) {
        pause();
      }
      update.destroyForcibly();
      ChildProgram.await(update);
      int updated = tree.count(2);
      if (updated > 0 && updated < DemoTree.size()) {
        return updated;
      }
      // Too early or too late: back to release 1, and once more.
      program.run(List.of("recover"));
      if (tree.count(2) > 0) {
        program.run(List.of("undo", "last"));
      }
    }
    return 0;
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MICROSECONDS.sleep(SAMPLING_MICROS);
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private void showMixture(int updated) throws IOException {
    title("The mixture");
    say(
        "%d files are of release 2, %d still of release 1. Within one service:"
            .formatted(updated, DemoTree.size() - updated));
    for (String line : tree.mixedService()) {
      say("    " + line);
    }
    say("With cp, rsync or a package manager this is what the next boot would start.");
    show(List.of("recover", "--check"));
  }

  private void recover() throws IOException {
    title("Recovery");
    show(List.of("recover"));
    int updated = tree.count(2);
    say(
        "Now %d files are of release 2, %d of release 1: one release, whole."
            .formatted(updated, DemoTree.size() - updated));
    if (updated != 0 && updated != DemoTree.size()) {
      throw new IOException("recovery left a mixture in " + folder + ": please report this");
    }
  }

  private void lookBack() throws IOException {
    title("The record");
    show(List.of("log"));
    show(List.of("show", "last"));
    title("Undo");
    show(List.of("undo", "last", "-m", "release 2 was a mistake"));
    say("%d of %d files are of release 1 again.".formatted(tree.count(1), DemoTree.size()));
  }

  private ExitCode end(int updated) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        json.writeNumberField("files", DemoTree.size());
        json.writeNumberField("updated_when_killed", updated);
        json.writeNumberField("exit", ExitCode.DONE.number());
      });
    }
    return ExitCode.DONE;
  }

  /** Runs a command line in a process of its own and shows it with its first lines of output. */
  private void show(List<String> words) throws IOException {
    say(command(words));
    ChildProgram.Ended ended = program.run(words);
    List<String> lines = new ArrayList<>(ended.lines());
    int more = lines.size() - LINES_SHOWN;
    if (more > 1) {
      lines.subList(LINES_SHOWN, lines.size()).clear();
      lines.add("… and " + more + " more lines");
    }
    for (String line : lines) {
      say("    " + ArgumentText.oneLine(line));
    }
    if (ended.exit() != 0) {
      say("    (exit status " + ended.exit() + ")");
    }
  }

  private String command(List<String> words) {
    String text =
        Stream.concat(Stream.of("$ holdfast"), words.stream().map(Demo::quoted))
            .collect(Collectors.joining(" "));
    return coloured ? "\033[1m" + text + "\033[0m" : text;
  }

  private static String quoted(String word) {
    return word.contains(" ") ? "\"" + word + "\"" : word;
  }

  private void title(String text) throws OutputException {
    say("");
    say(coloured ? "\033[1;36m" + text + "\033[0m" : "== " + text);
  }

  private void say(String text) throws OutputException {
    if (!printer.isJson()) {
      printer.line(text);
      printer.flush();
    }
  }
}
