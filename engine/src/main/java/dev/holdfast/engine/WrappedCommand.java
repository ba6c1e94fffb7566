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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Runs one command in a namespace over a transaction's layers, to the end of all the processes that
 * it started. What it changed is then in the layer {@code next} of each root, and nothing can write
 * there any more.
 */
final class WrappedCommand {
  private final Engine engine;
  private final TransactionContext context;
  private final List<Root> roots;
  private final RunOptions options;
  private final Processes processes;
  private final LeftBehind left;

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
    this.left = new LeftBehind(engine, processes, options.childrenWait(), listener);
  }

  /**
   * Runs it.
   *
   * @param sealed how many layers there are below the new one
   * @param keep whether what it changed counts even if it fails
   * @return its exit status
   * @throws RefusedException if it could not be run, or left something that still writes
   */
  int run(int sealed, boolean keep) throws IOException {
    AbsolutePath directory = workingDirectory();
    List<WrappedRoot> wrapped = new ArrayList<>();
    for (Root root : roots) {
      wrapped.add(prepare(root, sealed));
    }
    requireToolsOutside(engine, processes, roots.stream().map(Root::path).toList());
    processes.adoptOrphans();
    boolean alone = processes.survivors(List.of()).isEmpty();
    int exit = runIsolated(wrapped, directory, keep);
    if (alone && (exit == 0 || keep)) {
      left.requireNone();
    }
    return exit;
  }

  /** What takes an overlay down cannot be run from it: it would keep it busy. */
  static void requireToolsOutside(
      Engine engine, Processes processes, Collection<AbsolutePath> roots) throws IOException {
    String tool = processes.find("umount").orElse(null);
    if (tool == null) {
      return; // which is told when it is needed
    }
    AbsolutePath path = engine.environment().disk().realPath(AbsolutePath.of(tool));
    for (AbsolutePath root : roots) {
      if (root.contains(path)) {
        throw new RefusedException(
            root
                + " holds "
                + path
                + ", which is needed to end the isolation; name the directories in it that change,"
                + " or wrap another system's tree; nothing was changed");
      }
    }
  }

  private int runIsolated(List<WrappedRoot> wrapped, AbsolutePath directory, boolean keep)
      throws IOException {
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
      int exit = runIn(namespace);
      List<Long> ours = List.of(namespace.holder());
      if (exit != 0 && !keep) {
        left.end(ours);
        return exit;
      }
      left.await(ours);
      namespace.seal(() -> left.named(ours));
      left.requireNone(ours);
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
      layers.prepare(
          tree,
          sealed,
          WrapRoots.holdsControl(engine, root),
          engine.environment().disk().host().isRoot());
    }
    return new WrappedRoot(
        root.path(),
        control.path(),
        control
            .path()
            .resolve(RelativePath.of("tx/" + context.folder(root).id().text() + "/layers")),
        sealed,
        WrapRoots.supervised(tree, processes, roots),
        WrapRoots.controlsBelow(engine, root, roots));
  }

  private int runIn(OverlayNamespace namespace) throws IOException {
    try (Processes.Relay relay = processes.relay()) {
      engine.checkCancelled(); // what came before the relay
      Processes.Child child =
          namespace.start(options.command().stream().map(ByteString::bytes).toList());
      relay.to(child);
      return child.await();
    }
  }
}
