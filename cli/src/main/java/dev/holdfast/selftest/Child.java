package dev.holdfast.selftest;

import dev.holdfast.journal.ByteString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of the program behind a {@link StepGate}, and its end. */
final class Child {
  private static final long SECONDS = 120;
  private static final int KILLED = 137;

  private final Process process;
  private volatile boolean late;

  private Child(Process process) {
    this.process = process;
  }

  /**
   * How it ended.
   *
   * @param isKilled whether at the step where it was to be
   * @param isDecided whether it had passed the commit point
   * @param steps how many it made, if it came to its end
   * @param exit its exit status
   * @param at the call at which it was killed, or what it printed
   * @param calls all steps, if they were asked for
   */
  record End(
      boolean isKilled, boolean isDecided, int steps, int exit, String at, List<String> calls) {
    End {
      calls = List.copyOf(calls);
    }
  }

  /** Starts it. */
  static Child start(Scene scene, String stop, List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(scene.program().command(stop, scene.sources()));
    builder.redirectErrorStream(true);
    Child child = new Child(builder.start());
    try {
      OutputStream in = child.process.getOutputStream(); // stays open: it ends with us
      for (ByteString word : scene.words(words)) {
        in.write(word.bytes());
        in.write(0);
      }
      in.write(0);
      in.flush();
    } catch (IOException _) {
      // It has ended already, and its output says why.
    }
    return child;
  }

  /** Kills it, wherever it is. */
  void kill() {
    process.destroyForcibly();
  }

  /** Waits until it comes to its step, kills it there, and waits for its end; or for that alone. */
  End end() throws IOException {
    Thread watch = Thread.ofVirtual().start(this::watch);
    try {
      return read();
    } finally {
      watch.interrupt();
      process.destroyForcibly();
      process.getOutputStream().close();
    }
  }

  private void watch() {
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        late = true;
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      // It has ended in time.
    }
  }

  private End read() throws IOException {
    List<String> calls = new ArrayList<>();
    StringBuilder rest = new StringBuilder();
    String end = null;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (end != null) {
          rest.append(line).append('\n');
        } else if (line.startsWith(StepGate.AT)) {
          process.destroyForcibly();
          return killed(line.substring(StepGate.AT.length()), await(), calls);
        } else if (line.startsWith(StepGate.STEP)) {
          calls.add(line.substring(StepGate.STEP.length()));
        } else if (line.startsWith(StepGate.END)) {
          end = line.substring(StepGate.END.length());
        } else {
          rest.append(line).append('\n');
        }
      }
    }
    return ended(end, await(), rest.toString(), calls);
  }

  private int await() throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw (IOException) new java.io.InterruptedIOException("interrupted").initCause(e);
    }
  }

  private static End killed(String text, int exit, List<String> calls) throws IOException {
    if (exit != KILLED) {
      throw new IOException("a process to be killed ended with status " + exit);
    }
    boolean decided = text.startsWith(StepGate.DECIDED);
    return new End(true, decided, 0, exit, text.substring(text.indexOf(' ') + 1), calls);
  }

  private End ended(@Nullable String text, int exit, String output, List<String> calls)
      throws IOException {
    if (late) {
      throw new AssertionError("the program did not end in " + SECONDS + " seconds");
    }
    if (text == null) {
      throw new IOException(
          "the program ended with status " + exit + " and said: " + output.strip());
    }
    String[] words = text.split(" ", -1);
    boolean decided = (words[0] + " ").equals(StepGate.DECIDED);
    return new End(
        false, decided, Integer.parseInt(words[1]), Integer.parseInt(words[2]), output, calls);
  }
}
