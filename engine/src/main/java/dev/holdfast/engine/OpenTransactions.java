package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.wrap.Layer;
import dev.holdfast.engine.wrap.Layers;
import dev.holdfast.engine.wrap.Translation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import dev.holdfast.process.Processes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Transactions that outlive their process: begun, worked in by one command after the other, and
 * committed or dropped in the end. Each command that succeeded has left a layer at each root, which
 * was durable before it counted.
 */
final class OpenTransactions {
  private final Holdfast holdfast;
  private final Engine engine;

  OpenTransactions(Holdfast holdfast) {
    this.holdfast = holdfast;
    this.engine = holdfast.engine();
  }

  /** Begins one; it is durable on return, with the number that is returned. */
  long begin(Collection<AbsolutePath> directories, Options options) throws IOException {
    try {
      List<Root> roots = WrapRoots.of(holdfast, directories);
      TransactionContext context =
          new TransactionContext(engine, options.withIsolation("overlay"), roots);
      try {
        long sequence = context.claim(true);
        context.leaveOpen();
        return sequence;
      } finally {
        context.close();
      }
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  /** What is open, with its roots, as this process works in it. */
  private final class Opened implements AutoCloseable {
    private final List<Root> roots;
    private final TransactionContext context;

    Opened(long sequence, Options options) throws IOException {
      recover(record(sequence));
      TransactionRecord record = record(sequence);
      this.roots = record.beginning().roots().stream().map(Root::new).toList();
      this.context = new TransactionContext(engine, options, roots, record);
    }

    /** A crash of somebody's commit there comes first; it may have been this one's. */
    private void recover(TransactionRecord record) throws IOException {
      RecoveryReport report = holdfast.recover(record.beginning().roots(), false);
      if (report.isUnresolved()) {
        throw new InDoubtException(
            String.join(
                "; ", report.findings().stream().map(RecoveryReport.Finding::text).toList()),
            null);
      }
    }

    private TransactionRecord record(long sequence) throws IOException {
      try (JournalView view = engine.journal().read()) {
        TransactionRecord record =
            view.find(sequence)
                .orElseThrow(() -> new RefusedException("there is no transaction " + sequence));
        if (record.state() != TransactionState.ACTIVE || !record.beginning().lasting()) {
          throw new RefusedException(
              "transaction "
                  + sequence
                  + " is not open: it is "
                  + record.state().label().replace('_', ' ')
                  + (record.beginning().lasting()
                      ? ""
                      : ", and was not begun by `holdfast begin`"));
        }
        return record;
      }
    }

    /** Opens all, and drops what a crash left of a command. */
    int resume() throws IOException {
      for (Root root : roots) {
        context.changes(root);
      }
      int sealed;
      try (Layers first = Layers.of(context.folder(roots.getFirst()))) {
        sealed = first.sealed();
      }
      for (Root root : roots) {
        try (Layers layers = Layers.of(context.folder(root))) {
          layers.dropAfter(sealed);
          Translation translation = WrappedRun.translation(engine, context, root);
          for (int number = 1; number <= sealed; number++) {
            try (Layer layer = layers.layer(number)) {
              translation.restoreModes(layer);
            }
          }
        }
      }
      return sealed;
    }

    List<String> translate(int sealed) throws IOException {
      List<String> notes = new ArrayList<>();
      for (Root root : roots) {
        Translation translation = WrappedRun.translation(engine, context, root);
        try (Layers layers = Layers.of(context.folder(root))) {
          for (int number = 1; number <= sealed; number++) {
            try (Layer layer = layers.layer(number)) {
              translation.translate(layer);
            }
          }
        }
        notes.addAll(translation.notes());
      }
      return notes;
    }

    @Override
    public void close() {
      context.leaveOpen();
    }
  }

  /** Runs a command in it; what it changed stays if it exits with 0, or if {@code keep}. */
  Wrapped exec(
      long sequence, RunOptions options, boolean keep, Processes processes, WrapListener listener)
      throws IOException {
    try (Opened opened = new Opened(sequence, options.transaction())) {
      int sealed = opened.resume();
      WrappedCommand command =
          new WrappedCommand(engine, opened.context, opened.roots, options, processes, listener);
      int exit = command.run(sealed, keep);
      if (exit != 0 && !keep) {
        for (Root root : opened.roots) {
          try (Layers layers = Layers.of(opened.context.folder(root))) {
            layers.drop();
          }
        }
        return new Wrapped(sequence, exit, null, List.of());
      }
      completeLinks(opened, sealed);
      seal(opened, sealed + 1);
      return new Wrapped(sequence, exit, null, List.of());
    } catch (DiskException e) {
      throw new RolledBackException(
          e.getMessage()
              + "; nothing of the command is kept, transaction "
              + sequence
              + " is open as before",
          e);
    }
  }

  /** The next command must see a file that was written into under each of its names. */
  private void completeLinks(Opened opened, int sealed) throws IOException {
    for (Root root : opened.roots) {
      try (Layers layers = Layers.of(opened.context.folder(root));
          Layer next = layers.next()) {
        Translation translation = WrappedRun.translation(engine, opened.context, root);
        if (!next.copiedLinks().isEmpty()) {
          for (int number = 1; number <= sealed; number++) {
            try (Layer layer = layers.layer(number)) {
              translation.translate(layer);
            }
          }
          translation.completeLinks(next);
        }
        translation.record(next);
        next.forgetIndex();
      }
    }
  }

  /** All that the command wrote is durable before its layer counts, at all roots or at none. */
  private static void seal(Opened opened, int number) throws IOException {
    for (Root root : opened.roots) {
      opened.context.sync(root).sync();
    }
    for (Root root : opened.roots) {
      try (Layers layers = Layers.of(opened.context.folder(root))) {
        layers.number(number);
      }
    }
    for (Root root : opened.roots) {
      opened.context.sync(root).sync();
    }
    try (Layers first = Layers.of(opened.context.folder(opened.roots.getFirst()))) {
      first.seal(number);
    }
  }

  /** Returns what it would change if it were committed now. */
  Preview diff(long sequence, boolean patch) throws IOException {
    try (Opened opened = new Opened(sequence, Options.message(""))) {
      opened.translate(opened.resume());
      return opened.context.previewOf(patch);
    }
  }

  /** Commits it. What could not be committed stays open, unless it had been decided. */
  Committed commit(long sequence, Options options) throws IOException {
    try (Opened opened = new Opened(sequence, options)) {
      List<String> notes = opened.translate(opened.resume());
      Committed done = opened.context.commit();
      notes.addAll(done.notes());
      return new Committed(
          done.sequence(),
          done.operations(),
          done.changes(),
          done.exposureMicros(),
          done.renames(),
          notes);
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  /** Drops it with all that is staged. */
  void abort(long sequence) throws IOException {
    Opened opened = new Opened(sequence, Options.message(""));
    try {
      for (Root root : opened.roots) {
        opened.context.changesIfThere(root);
      }
      opened.context.dropBecause("aborted");
      opened.context.drop();
    } finally {
      opened.close();
    }
  }
}
