package dev.holdfast.testing.kill;

import dev.holdfast.cli.LivingProgram;
import dev.holdfast.cli.LivingProgram.Answer;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.selftest.tree.TreeMaker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stage, and the program in this process on it. Paths are written as {@code {0}/live}: on the
 * first disk.
 */
final class Scene {
  private final Stage stage;
  private final Disk disk;

  Scene(Stage stage) {
    this(stage, LinuxDisk.create());
  }

  private Scene(Stage stage, Disk disk) {
    this.stage = stage;
    this.disk = disk;
  }

  /** Returns the same scene, on which this process works through another disk. */
  Scene through(Disk other) {
    return new Scene(stage, other);
  }

  Stage stage() {
    return stage;
  }

  Disk disk() {
    return disk;
  }

  /** Returns the state directory. */
  AbsolutePath state() {
    return path("{0}/state");
  }

  /** Returns the path that a text means. */
  AbsolutePath path(String text) {
    return AbsolutePath.of(word(text));
  }

  private String word(String text) {
    String word = text;
    for (int i = 0; i < stage.disks(); i++) {
      word = word.replace("{" + i + "}", stage.point(i).toString());
    }
    return word;
  }

  /** Begins to make a tree. */
  TreeMaker tree(String path) throws IOException {
    return TreeMaker.at(disk, word(path));
  }

  /** Returns a command line with its paths and the state directory. */
  List<String> commandLine(List<String> words) {
    List<String> line = new ArrayList<>(List.of("--state", state().toString()));
    words.forEach(word -> line.add(word(word)));
    return line;
  }

  /** Runs the program in this process. */
  Answer run(String... words) {
    return new LivingProgram(disk).run(commandLine(Arrays.asList(words)).toArray(String[]::new));
  }

  /** Runs the program in this process; it has to succeed. */
  Answer require(String... words) throws IOException {
    Answer answer = run(words);
    if (answer.exit() != 0) {
      throw new IOException(List.of(words) + " failed: " + answer);
    }
    return answer;
  }
}
