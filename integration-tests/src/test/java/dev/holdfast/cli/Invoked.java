package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/**
 * How a run of the program ended.
 *
 * @param exit the exit status
 * @param out what went to stdout
 * @param err what went to stderr
 */
record Invoked(int exit, String out, String err) {
  /** Checks the exit status. */
  Invoked exits(int expected) {
    assertThat(exit).as("exit status; stdout: %s; stderr: %s", out, err).isEqualTo(expected);
    return this;
  }

  /** Returns the lines on stdout. */
  List<String> lines() {
    return out.lines().toList();
  }
}
