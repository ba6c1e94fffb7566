package dev.holdfast.engine;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.DirectoryTime;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Several transactions at one root as one: for each path what was there before the first of them
 * and what is there after the last. Taking them back is then taking back one plan, and no state in
 * between is ever staged.
 *
 * <p>What was accepted on record (not changed by us) is no step of its own: a path goes back to
 * what our transactions had found, and what only others changed stays.
 */
final class Composition implements Images {
  private final LiveTree tree;
  private final SortedMap<RelativePath, Track> tracks = new TreeMap<>();
  private final SortedMap<RelativePath, DirectoryTime> times = new TreeMap<>();
  private final IdentityHashMap<FileOperation, Source> images = new IdentityHashMap<>();
  private @Nullable Plan first;
  private @Nullable PlannedRoot planned;

  Composition(LiveTree tree) {
    this.tree = tree;
  }

  /** An entry on its way: it was there before the first transaction, or one of them made it. */
  private static final class Item {
    private final Facts original;
    private final FileIdentity identity;
    private final boolean ours;
    private Facts facts;
    private @Nullable Kept image;
    private @Nullable RelativePath at;

    Item(Facts facts, FileIdentity identity, boolean ours, RelativePath at) {
      this(facts, facts, identity, ours, at);
    }

    Item(Facts original, Facts facts, FileIdentity identity, boolean ours, RelativePath at) {
      this.original = original;
      this.facts = facts;
      this.identity = identity;
      this.ours = ours;
      this.at = at;
    }
  }

  /** Where an entry that has to come back is now. */
  private sealed interface Source permits Kept, Moved {}

  /** Where an entry went when it was taken out of the tree. */
  private record Kept(BeforeImages images, FileOperation operation) implements Source {}

  /** An entry that is in the tree, at another path. */
  private record Moved(RelativePath at, Facts facts, FileIdentity identity) implements Source {}

  /** One path: the entry there before, and the one there now. */
  private static final class Track {
    private final @Nullable Item before;
    private @Nullable Item now;

    Track(@Nullable Item before) {
      this.before = before;
      this.now = before;
    }
  }

  /**
   * Adds the next transaction, one that was applied after all before.
   *
   * @param operations those of its operations at this root that count
   * @throws RefusedException if it moved a directory: what is in that is not on record
   */
  void add(
      Plan plan,
      int index,
      List<FileOperation> operations,
      BeforeImages held,
      boolean accepted,
      boolean wholeDirectories)
      throws RefusedException {
    if (first == null) {
      first = plan;
      planned = plan.roots().get(index);
    }
    Set<RelativePath> changed = new HashSet<>();
    for (FileOperation operation : operations) {
      if (accepted) {
        accept(operation);
      } else {
        add(plan, operation, held);
        changed.add(operation.path());
      }
    }
    if (accepted) {
      return;
    }
    for (DirectoryTime time : plan.directoryTimes()) {
      if (time.root() == index
          && (wholeDirectories || isWhole(time.path(), plan, index, changed))) {
        times.merge(
            time.path(),
            time,
            (old, next) ->
                new DirectoryTime(0, old.path(), next.inode(), old.before(), next.after()));
      }
    }
  }

  private static boolean isWhole(
      RelativePath directory, Plan plan, int index, Set<RelativePath> changed) {
    return plan.operations().stream()
        .filter(operation -> operation.root() == index && !operation.path().isEmpty())
        .filter(operation -> operation.path().parent().equals(directory))
        .allMatch(operation -> changed.contains(operation.path()));
  }

  private void add(Plan plan, FileOperation operation, BeforeImages held) throws RefusedException {
    switch (operation) {
      case Create create -> {
        Track track = tracks.computeIfAbsent(create.path(), _ -> new Track(null));
        lose(track);
        track.now = new Item(create.after(), create.staged(), true, create.path());
      }
      case Replace replace -> {
        Track track = track(replace.path(), replace.before(), replace.replaced());
        takeOut(track, new Kept(held, replace));
        track.now = new Item(replace.after(), replace.staged(), true, replace.path());
      }
      case Delete delete -> {
        Track track = track(delete.path(), delete.before(), delete.deleted());
        takeOut(track, new Kept(held, delete));
        track.now = null;
      }
      case SetAttributes change -> {
        Track track = track(change.path(), change.before(), change.inode());
        if (track.now != null) {
          track.now.facts = change.after();
        }
      }
      case Move move -> {
        if (move.before().type() == FileType.DIRECTORY) {
          throw tooTangled(plan, move.path());
        }
        Track from = track(move.path(), move.before(), move.moved());
        Track to = tracks.computeIfAbsent(move.to(), _ -> new Track(null));
        lose(to);
        to.now = from.now;
        from.now = null;
        if (to.now != null) {
          to.now.at = move.to();
        }
      }
    }
  }

  private Track track(RelativePath path, Facts before, FileIdentity identity) {
    return tracks.computeIfAbsent(
        path,
        _ -> new Track(new Item(original(path, before, identity), before, identity, false, path)));
  }

  /** Returns what an entry was first: earlier ones may have changed what is in a directory. */
  private Facts original(RelativePath path, Facts before, FileIdentity identity) {
    DirectoryTime time = times.get(path);
    return time != null && time.inode().equals(identity)
        ? before.withModified(time.before())
        : before;
  }

  private static void takeOut(Track track, Kept kept) {
    if (track.now != null) {
      track.now.image = kept;
      track.now.at = null;
    }
  }

  /** What was there went, by others: nothing of it is kept. */
  private static void lose(Track track) {
    if (track.now != null) {
      track.now.at = null;
    }
  }

  /** Others changed it, and that is on record: it is what the next transaction found. */
  private void accept(FileOperation operation) {
    Track track = tracks.get(operation.path());
    if (track == null) {
      return;
    }
    Item now = track.now;
    switch (operation) {
      case Create create -> {
        lose(track);
        track.now = new Item(create.after(), create.staged(), true, create.path());
      }
      case Replace replace -> {
        lose(track);
        track.now = new Item(replace.after(), replace.staged(), true, replace.path());
      }
      case SetAttributes change -> {
        if (now != null) {
          now.facts = change.after();
        }
      }
      case Delete _ -> {
        lose(track);
        track.now = null;
      }
      case Move _ -> {}
    }
  }

  private RefusedException tooTangled(Plan plan, RelativePath path) {
    return new RefusedException(
        "transaction "
            + plan.sequence()
            + " moved "
            + tree.path().resolve(path)
            + ": it can't be taken back together with others; undo them one by one, newest first;"
            + " nothing was changed");
  }

  /** Returns all of it as one plan with one root; to be called once, in the end. */
  Plan plan() {
    Plan model = Objects.requireNonNull(first, "nothing was added");
    List<FileOperation> operations = new ArrayList<>();
    tracks.forEach((path, track) -> operations.addAll(operations(path, track)));
    List<DirectoryTime> all =
        times.values().stream()
            .map(time ->
                new DirectoryTime(0, time.path(), time.inode(), timeBefore(time), time.after()))
            .toList();
    return new Plan(
        model.id(),
        model.sequence(),
        model.journal(),
        DurabilityMode.MERGED,
        List.of(Objects.requireNonNull(planned)),
        operations,
        all);
  }

  /** One that was made anew in the place of an earlier one goes back to that one's time. */
  private Instant timeBefore(DirectoryTime time) {
    Track track = tracks.get(time.path());
    return track == null || track.before == null ? time.before() : track.before.original.modified();
  }

  private List<FileOperation> operations(RelativePath path, Track track) {
    Item before = track.before;
    Item now = track.now;
    List<FileOperation> operations = new ArrayList<>();
    if (before != null && wentByMove(before, path)) {
      RelativePath at = Objects.requireNonNull(before.at);
      operations.add(new Move(0, path, at, before.original, before.identity));
      change(at, before, before, operations);
      before = null;
    }
    if (now != null && track.before == null && !now.ours) {
      now = null; // it came from elsewhere: its move says so
    }
    if (before == null) {
      if (now != null) {
        operations.add(new Create(0, path, now.facts, now.identity, 0, RelativePath.EMPTY));
      }
    } else if (now == null) {
      operations.add(kept(before, new Delete(0, path, before.original, before.identity, 0)));
    } else if (before == now || areDirectories(before, now)) {
      change(path, before, now, operations);
    } else {
      operations.add(
          kept(
              before,
              new Replace(0, path, before.original, before.identity, now.facts, now.identity, 0)));
    }
    return operations;
  }

  /**
   * Returns whether an entry is where nothing was before: then a move takes it back. Where another
   * one was, which has to come back as well, it is brought back from there as if from an image.
   */
  private boolean wentByMove(Item item, RelativePath from) {
    Track there = item.at == null || item.at.equals(from) ? null : tracks.get(item.at);
    return there != null && there.before == null;
  }

  private static void change(
      RelativePath path, Item before, Item now, List<FileOperation> operations) {
    if (!before.original.equals(now.facts)) {
      operations.add(new SetAttributes(0, path, before.original, now.facts, now.identity));
    }
  }

  private static boolean areDirectories(Item one, Item other) {
    return one.original.type() == FileType.DIRECTORY && other.facts.type() == FileType.DIRECTORY;
  }

  private FileOperation kept(Item item, FileOperation operation) {
    if (item.at != null) {
      images.put(operation, new Moved(item.at, item.facts, item.identity));
    } else if (item.image != null) {
      images.put(operation, item.image);
    }
    return operation;
  }

  // ---- images ----------------------------------------------------------------------------------

  @Override
  public Optional<Stat> stat(FileOperation operation) throws DiskException {
    return switch (images.get(operation)) {
      case null -> Optional.empty();
      case Kept kept -> kept.images().stat(kept.operation());
      case Moved moved -> tree.stat(moved.at());
    };
  }

  @Override
  public @Nullable String problem(FileOperation operation) throws DiskException {
    return switch (images.get(operation)) {
      case null -> "its before-image is gone";
      case Kept kept -> kept.images().problem(kept.operation());
      case Moved moved -> {
        Stat stat = tree.stat(moved.at()).orElse(null);
        boolean same =
            stat != null
                && moved.identity().is(stat)
                && stat.type() == moved.facts().type()
                && stat.size() == moved.facts().size()
                && stat.modified().equals(moved.facts().modified());
        yield same ? null : "was moved to " + tree.path().resolve(moved.at()) + ", and has changed";
      }
    };
  }

  @Override
  public DiskFile open(FileOperation operation) throws DiskException {
    return switch (images.get(operation)) {
      case null -> throw new IllegalStateException("no image: " + operation);
      case Kept kept -> kept.images().open(kept.operation());
      case Moved moved -> open(moved);
    };
  }

  private DiskFile open(Moved moved) throws DiskException {
    Place place = tree.place(moved.at());
    return place.directory().openToRead(place.name());
  }

  @Override
  public Copied copy(
      FileOperation operation, DiskFile to, ContentCopier copier, ContentCopier.Progress progress)
      throws IOException {
    switch (images.get(operation)) {
      case null -> throw new IllegalStateException("no image: " + operation);
      case Kept kept -> {
        return kept.images().copy(kept.operation(), to, copier, progress);
      }
      case Moved moved -> {
        try (DiskFile file = open(moved)) {
          return to.cloneFrom(file) ? copier.hash(to, progress) : copier.copy(file, to, progress);
        }
      }
    }
  }
}
