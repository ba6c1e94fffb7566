package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.commit.RootLocks;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Frees old before-images when asked to. That they go is on record, forced, before the first file
 * goes (hole 44): an undo is refused by name rather than half done. A transaction with several
 * roots keeps all of them until it is beyond the horizon of each.
 */
final class Pruning {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Engine engine;
  private final PruneOptions options;
  private final Instant now;

  /** By holder and transaction: the bytes of its images and of those of all newer ones. */
  private final IdentityHashMap<HeldImages, NavigableMap<Long, Long>> sizesOf =
      new IdentityHashMap<>();

  Pruning(Engine engine, PruneOptions options) {
    this.engine = engine;
    this.options = options;
    this.now = engine.environment().clock().instant();
  }

  Pruned run() throws IOException {
    AbsolutePath only = options.root();
    if (only != null && engine.registry().control(only).isEmpty()) {
      throw new RefusedException(only + " is not under Holdfast's care");
    }
    try (Controls controls = new Controls()) {
      for (AbsolutePath root : engine.registry().roots().keySet()) {
        controls.open(root);
      }
      if (options.dryRun()) {
        return prune(controls);
      }
      try (RootLocks _ =
          RootLocks.takeWriters(
              List.copyOf(controls.byRoot.values()),
              PATIENCE,
              "process " + engine.environment().disk().host().processId() + " (prune)",
              engine.environment(),
              engine::checkCancelled)) {
        return prune(controls);
      }
    }
  }

  /** The control directories of all roots within reach. */
  private final class Controls implements AutoCloseable {
    private final SortedMap<AbsolutePath, ControlDirectory> byRoot = new TreeMap<>();

    void open(AbsolutePath root) throws IOException {
      AbsolutePath place = engine.registry().control(root).orElseThrow();
      ControlDirectory.open(engine.environment().disk(), place)
          .ifPresent(control -> byRoot.put(root, control));
    }

    @Override
    public void close() {
      byRoot.values().forEach(ControlDirectory::close);
    }
  }

  /** A transaction, and the roots that hold something of it. */
  private record Holding(TransactionRecord record, List<HeldImages> holders) {}

  private Pruned prune(Controls controls) throws IOException {
    List<Holding> freed = new ArrayList<>();
    List<Holding> left = new ArrayList<>();
    try (JournalView view = engine.journal().read()) {
      requireSoundClock(view);
      for (Holding holding : holdings(controls, view)) {
        if (holding.record().pruned()) {
          left.add(holding); // A crash came between its record and its files.
        } else if (isToGo(holding)) {
          freed.add(holding);
        }
      }
    }
    List<Long> sequences = freed.stream().map(holding -> holding.record().sequence()).toList();
    if (!options.dryRun() && !sequences.isEmpty()) {
      try (JournalWriter writer = engine.journal().write()) {
        writer.prune(sequences);
        writer.force();
      }
    }
    long bytes = 0;
    left.addAll(freed);
    for (Holding holding : left) {
      TransactionId id = holding.record().id();
      for (HeldImages holder : holding.holders()) {
        bytes +=
            options.dryRun() ? holder.control().folderSize(id) : holder.control().removeFolder(id);
      }
    }
    return new Pruned(sequences, bytes);
  }

  /** A clock that was set back makes old transactions of young ones when it is right again. */
  private void requireSoundClock(JournalView view) throws IOException {
    Iterator<TransactionRecord> newest = view.newestFirst();
    if (options.keepYounger() == null || !newest.hasNext()) {
      return;
    }
    Instant latest = HeldImages.ended(newest.next());
    if (now.isBefore(latest)) {
      throw new RefusedException(
          "the clock says "
              + now
              + ", but the newest transaction ended at "
              + latest
              + ": ages mean nothing; set the clock, or give a number of transactions to keep");
    }
  }

  private List<Holding> holdings(Controls controls, JournalView view) throws IOException {
    SortedMap<Long, Holding> holdings = new TreeMap<>();
    for (Map.Entry<AbsolutePath, ControlDirectory> control : controls.byRoot.entrySet()) {
      HeldImages held = HeldImages.of(control.getKey(), control.getValue(), view);
      for (TransactionId id : held.ids()) {
        TransactionRecord record = held.record(id).orElse(null);
        if (record != null && record.state().isFinal()) {
          holdings
              .computeIfAbsent(record.sequence(), _ -> new Holding(record, new ArrayList<>()))
              .holders()
              .add(held);
        }
      }
    }
    AbsolutePath only = options.root();
    return holdings.values().stream()
        .filter(holding ->
            only == null || holding.holders().stream().anyMatch(h -> h.root().equals(only)))
        .toList();
  }

  private boolean isToGo(Holding holding) throws IOException {
    if (!HeldImages.isPlain(holding.record()) && !options.keepsNothing()) {
      return false;
    }
    for (HeldImages holder : holding.holders()) {
      Long bytes = options.keepBytes();
      if (bytes != null) {
        if (holder.control().isPending() || fits(holding.record(), holder, bytes)) {
          return false;
        }
        continue;
      }
      Horizon horizon = Horizon.of(options, RootSettings.of(holder.control()));
      if (holder.control().isPending() || !holder.isBeyond(holding.record(), horizon, now)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns whether a transaction's images, and those of all newer ones, take no more room. What an
   * open transaction staged, and what is about to go anyway, is no room that images take.
   */
  private boolean fits(TransactionRecord record, HeldImages holder, long limit) throws IOException {
    NavigableMap<Long, Long> sizes = sizesOf.get(holder);
    if (sizes == null) {
      sizes = new TreeMap<>();
      for (TransactionId id : holder.ids()) {
        TransactionRecord other = holder.record(id).orElse(null);
        if (other != null && other.state() == TransactionState.APPLIED && !other.pruned()) {
          sizes.put(other.sequence(), holder.control().folderSize(id));
        }
      }
      long sum = 0;
      for (Map.Entry<Long, Long> size : sizes.descendingMap().entrySet()) {
        sum += size.getValue();
        size.setValue(sum);
      }
      sizesOf.put(holder, sizes);
    }
    return sizes.getOrDefault(record.sequence(), Long.MAX_VALUE) <= limit;
  }
}
