package dev.holdfast.testing.services;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.disk.Interceptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The process that updates and is killed: one generation after the other, told on stdout, until
 * SIGKILL comes in the middle of one. It kills itself as a call that makes a change visible is
 * entered: a second process would hardly ever hit these milliseconds.
 *
 * <p>Arguments: state directory, root, gate, services for each supervisor, gated, where services
 * write, milliseconds between two updates, how many updates are whole, and how far the last one
 * comes, in per cent.
 */
public final class ServiceUpdates {
  private ServiceUpdates() {}

  /** Updates until it is killed. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path live = Path.of(arguments[1]);
    String gate = arguments[2];
    ServiceTree tree =
        new ServiceTree(
            Integer.parseInt(arguments[3]),
            Boolean.parseBoolean(arguments[4]),
            Path.of(arguments[5]));
    long pause = Long.parseLong(arguments[6]);
    int whole = Integer.parseInt(arguments[7]);
    Death death = new Death(Integer.parseInt(arguments[8]));
    Environment environment = Environment.of(new InterceptedDisk(LinuxDisk.create(), death));
    AbsolutePath state = AbsolutePath.of(arguments[0]);
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(environment, state)) {
      holdfast.recover(List.of(), false);
      Root root = holdfast.root(live);
      for (int i = 0; ; i++) {
        death.expect(i == whole);
        long generation =
            Long.parseLong(
                Files.readString(live.resolve("generation"), StandardCharsets.US_ASCII).strip());
        Options options =
            Options.message("generation " + (generation + 1)).withPatience(Duration.ofMinutes(1));
        try (Transaction transaction = holdfast.begin(options, root)) {
          tree.update(transaction, root, generation + 1, gate);
          transaction.commit();
        }
        System.out.println(generation + 1);
        Thread.sleep(pause);
      }
    }
  }

  /** Comes at an exchange that is so far within an update as was asked for. */
  private static final class Death implements Interceptor {
    private final int percent;
    private int before;
    private int now;
    private boolean expected;

    Death(int percent) {
      this.percent = percent;
    }

    void expect(boolean comes) {
      expected = comes;
      before = now;
      now = 0;
    }

    @Override
    public void before(Call call) {
      if (call.verb() == Call.Verb.EXCHANGE && ++now > before * percent / 100 && expected) {
        try {
          new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid())).start();
          Thread.sleep(Long.MAX_VALUE);
        } catch (IOException | InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
