package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.wrap.Layer;
import dev.holdfast.engine.wrap.Layers;
import dev.holdfast.engine.wrap.Translation;
import dev.holdfast.process.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Makes all that a command does below some roots one transaction ({@code run}). */
final class WrappedRun {
  private final Holdfast holdfast;
  private final RunOptions options;
  private final Processes processes;
  private final WrapListener listener;

  WrappedRun(Holdfast holdfast, RunOptions options, Processes processes, WrapListener listener) {
    this.holdfast = holdfast;
    this.options = options;
    this.processes = processes;
    this.listener = listener;
  }

  Wrapped run(Collection<AbsolutePath> directories) throws IOException {
    try {
      if (options.isolation() == RunOptions.Isolation.OVERLAY
          && directories.stream().noneMatch(directory -> directory.belowRoot().isEmpty())) {
        WrappedCommand.requireToolsOutside(holdfast.engine(), processes, directories);
      }
      return runOn(WrapRoots.of(holdfast, directories));
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  private Wrapped runOn(List<Root> roots) throws IOException {
    try (Transaction transaction =
        holdfast.begin(
            options
                .transaction()
                .withIsolation(options.isolation().name().toLowerCase(Locale.ROOT)),
            roots.toArray(Root[]::new))) {
      TransactionContext context = transaction.context();
      long sequence = context.claim(false);
      WrappedCopy copy =
          options.isolation() == RunOptions.Isolation.COPY
              ? new WrappedCopy(holdfast, context, roots, options, processes, listener)
              : null;
      int exit =
          copy != null
              ? copy.run()
              : new WrappedCommand(holdfast.engine(), context, roots, options, processes, listener)
                  .run(0, false);
      if (exit != 0) {
        context.dropBecause("the command exited with " + exit);
        return new Wrapped(sequence, exit, null, List.of());
      }
      List<String> notes = copy != null ? copy.stage(transaction) : translate(context, roots);
      if (options.preview() && !listener.approves(context.previewOf(options.patch()))) {
        context.dropBecause(options.dryRun() ? "a dry run" : "not approved");
        return new Wrapped(sequence, exit, null, notes);
      }
      Committed committed = transaction.commit();
      notes.addAll(committed.notes());
      return new Wrapped(sequence, exit, committed, notes);
    }
  }

  private List<String> translate(TransactionContext context, List<Root> roots) throws IOException {
    List<String> notes = new ArrayList<>();
    for (Root root : roots) {
      Translation translation = translation(holdfast.engine(), context, root);
      try (Layers layers = Layers.of(context.folder(root));
          Layer layer = layers.next()) {
        translation.translate(layer);
      }
      notes.addAll(translation.notes());
    }
    return notes;
  }

  static Translation translation(Engine engine, TransactionContext context, Root root)
      throws IOException {
    return new Translation(
        context.look(root),
        context.control(root).directory(),
        engine.environment().disk().host().isRoot(),
        context.claimed(root),
        InUse::requireUnused,
        _ -> engine.checkCancelled());
  }
}
