package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.wrap.Layers;
import dev.holdfast.engine.wrap.OverlayNamespace;
import dev.holdfast.engine.wrap.WrappedRoot;
import dev.holdfast.journal.ByteString;
import dev.holdfast.process.Processes;
import dev.holdfast.process.Processes.Signal;
import dev.holdfast.process.Processes.Survivor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs one command in a namespace over a transaction's layers, to the end of all the processes that
 * it started. What it changed is then in the layer {@code next} of each root, and nothing can write
 * there any more.
 */
final class WrappedCommand {
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration BEFORE_SAYING_SO = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Engine engine;
  private final TransactionContext context;
  private final List<Root> roots;
  private final RunOptions options;
  private final Processes processes;
  private final WrapListener listener;

  WrappedCommand(
      Engine engine,
      TransactionContext context,
      List<Root> roots,
      RunOptions options,
      Processes processes,
      WrapListener listener) {
    this.engine = engine;
    this.context = context;
    this.roots = roots;
    this.options = options;
    this.processes = processes;
    this.listener = listener;
  }

  /**
   * Runs it.
   *
   * @param sealed how many layers there are below the new one
   * @return its exit status
   * @throws RefusedException if it could not be run, or left something that still writes
   */
  int run(int sealed) throws IOException {
    AbsolutePath directory = workingDirectory();
    List<WrappedRoot> wrapped = new ArrayList<>();
    for (Root root : roots) {
      wrapped.add(prepare(root, sealed));
    }
    processes.adoptOrphans();
    Disk disk = engine.environment().disk();
    try (OverlayNamespace namespace =
        OverlayNamespace.open(
            processes,
            disk.host(),
            process ->
                SystemFiles.text(disk, AbsolutePath.of("/proc/" + process + "/mountinfo"))
                    .orElse(""),
            "holdfast-" + context.sequence(),
            wrapped,
            directory,
            options.confine())) {
      engine.checkCancelled();
      int exit = await(namespace.start(options.command().stream().map(ByteString::bytes).toList()));
      List<Long> ours = List.of(namespace.holder());
      if (exit != 0) {
        end(ours);
        return exit;
      }
      awaitChildren(ours);
      namespace.seal(() -> named(survivors(ours)));
      return exit;
    }
  }

  private AbsolutePath workingDirectory() throws RefusedException {
    try {
      return engine.environment().disk().realPath(AbsolutePath.of("/proc/self/cwd"));
    } catch (DiskException e) {
      throw new RefusedException("the working directory is gone: " + e.getMessage(), e);
    }
  }

  private WrappedRoot prepare(Root root, int sealed) throws IOException {
    ControlDirectory control = context.control(root);
    var tree = context.look(root).tree();
    try (Layers layers = Layers.of(context.folder(root))) {
      layers.prepare(tree, sealed, WrapRoots.holdsControl(engine, root));
    }
    return new WrappedRoot(
        root.path(),
        control
            .path()
            .resolve(RelativePath.of("tx/" + context.folder(root).id().text() + "/layers")),
        sealed,
        WrapRoots.supervised(tree, processes),
        WrapRoots.controlsBelow(engine, root));
  }

  private int await(Processes.Child child) throws IOException {
    try (Processes.Relay _ = processes.relay(child)) {
      return child.await();
    }
  }

  // ---- what it leaves behind -------------------------------------------------------------------

  private List<Survivor> survivors(List<Long> ours) {
    try {
      return processes.survivors(ours);
    } catch (IOException _) {
      return List.of();
    }
  }

  private static String named(List<Survivor> survivors) {
    return String.join(", ", survivors.stream().map(Survivor::toString).toList());
  }

  private void awaitChildren(List<Long> ours) throws IOException {
    Instant start = engine.environment().clock().instant();
    boolean said = false;
    for (List<Survivor> left = survivors(ours); !left.isEmpty(); left = survivors(ours)) {
      Duration waited = Duration.between(start, engine.environment().clock().instant());
      if (waited.compareTo(options.childrenWait()) >= 0) {
        end(ours);
        throw new RefusedException(
            "still running after the command had ended, for "
                + options.childrenWait().toSeconds()
                + " s: "
                + named(left)
                + "; they were ended, and nothing was changed");
      }
      if (!said && waited.compareTo(BEFORE_SAYING_SO) >= 0) {
        said = true;
        listener.waiting(left.stream().map(Survivor::toString).toList());
      }
      try {
        engine.checkCancelled();
      } catch (IOException e) {
        end(ours);
        throw e;
      }
      engine.environment().pause().sleep(STEP);
    }
  }

  /** What works on files that are going to be dropped must not go on. */
  private void end(List<Long> ours) {
    for (Signal signal : List.of(Signal.TERM, Signal.KILL)) {
      Instant start = engine.environment().clock().instant();
      for (List<Survivor> left = survivors(ours); !left.isEmpty(); left = survivors(ours)) {
        left.forEach(survivor -> processes.signal(survivor.process(), signal));
        Duration waited = Duration.between(start, engine.environment().clock().instant());
        if (waited.compareTo(GRACE) >= 0) {
          break;
        }
        engine.environment().pause().sleep(STEP);
      }
    }
  }
}
