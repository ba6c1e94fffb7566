package dev.holdfast.engine.staging;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.staging.RootChanges.Node;
import dev.holdfast.engine.staging.Target.Gone;
import dev.holdfast.engine.staging.Target.Kept;
import dev.holdfast.engine.staging.Target.MovedAway;
import dev.holdfast.engine.staging.Target.MovedHere;
import dev.holdfast.engine.staging.Target.Staged;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.DirectoryTime;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes the operations of one root's changes, in the order in which they are to be executed: moves,
 * new directories, new files, replacements, attributes, deletions. What is executable comes after
 * the rest of its kind, because it uses it; a directory's contents are deleted before it.
 *
 * <p>Also looks once more at every path that the transaction looked at before.
 */
public final class PlanBuilder {
  private static final Comparator<FileOperation> BY_PATH =
      Comparator.comparing(FileOperation::path);
  private static final int EXECUTABLE = 0111;
  private static final int HIGHEST_RANK = 3;

  private final int root;
  private final RootChanges changes;
  private final LiveTree tree;
  private final Instant now;
  private final List<String> conflicts = new ArrayList<>();
  private final List<FileOperation> moves = new ArrayList<>();
  private final List<Create> creations = new ArrayList<>();
  private final Map<Integer, List<Create>> members = new HashMap<>();
  private final List<Replace> replacements = new ArrayList<>();
  private final List<FileOperation> attributes = new ArrayList<>();
  private final List<FileOperation> deletions = new ArrayList<>();
  private final Set<RelativePath> changedDirectories = new TreeSet<>();
  private final List<DirectoryTime> exchanged = new ArrayList<>();

  /** Creates a builder for the root with this index in the plan. */
  public PlanBuilder(int root, RootChanges changes, Instant now) {
    this.root = root;
    this.changes = changes;
    this.tree = changes.tree();
    this.now = now;
  }

  /**
   * What was made of the changes.
   *
   * @param phases operations in order of execution, in phases that each root has, empty or not: one
   *     of all roots comes before the next one of any, so that nothing is deleted in one root while
   *     what replaces it is not there yet in another
   * @param directoryTimes deepest first
   * @param conflicts paths that are not as they were seen; then the rest is not to be used
   */
  public record Built(
      List<List<FileOperation>> phases,
      List<DirectoryTime> directoryTimes,
      List<String> conflicts) {
    /** Copies the lists. */
    public Built {
      phases = phases.stream().map(List::copyOf).toList();
      directoryTimes = List.copyOf(directoryTimes);
      conflicts = List.copyOf(conflicts);
    }

    /** Returns the operations of this root alone, in order of execution. */
    public List<FileOperation> operations() {
      return phases.stream().flatMap(List::stream).toList();
    }
  }

  /** Returns the operations of several roots in order of execution. */
  public static List<FileOperation> merged(List<Built> roots) {
    List<FileOperation> merged = new ArrayList<>();
    int phases = roots.isEmpty() ? 0 : roots.getFirst().phases().size();
    for (int phase = 0; phase < phases; phase++) {
      for (Built root : roots) {
        merged.addAll(root.phases().get(phase));
      }
    }
    return List.copyOf(merged);
  }

  /** Looks again, and builds. */
  public Built build() throws DiskException {
    for (RelativePath path : changes.changedPaths()) {
      Node node = changes.node(path);
      if (!isAsSeen(node.seen())) {
        conflicts.add(tree.path().resolve(path).toString());
      }
      add(path, node.seen(), node.target());
    }
    return new Built(ordered(), directoryTimes(), conflicts);
  }

  private boolean isAsSeen(Seen seen) throws DiskException {
    Optional<Stat> now = tree.stat(seen.path());
    Stat then = seen.stat();
    if (then == null || now.isEmpty()) {
      return then == null && now.isEmpty();
    }
    Stat stat = now.get();
    if (!stat.isSameInode(then) || stat.type() != then.type()) {
      return false;
    }
    boolean same =
        stat.mode() == then.mode() && stat.uid() == then.uid() && stat.gid() == then.gid();
    return then.isDirectory()
        ? same
        : (stat.changed().equals(then.changed())
                || (same && changes.isLinked(FileIdentity.of(stat))))
            && stat.modified().equals(then.modified())
            && stat.size() == then.size();
  }

  private void add(RelativePath path, Seen seen, Target target) {
    boolean isThere = seen.isPresent() && !changes.isMovedAway(path);
    switch (target) {
      case Staged staged when !staged.within().isEmpty() ->
          members.computeIfAbsent(staged.slot(), _ -> new ArrayList<>()).add(create(path, staged));
      case Staged staged when isThere -> {
        replacements.add(
            new Replace(
                root,
                path,
                seen.requireFacts(),
                seen.identity(),
                staged.facts(),
                staged.identity(),
                staged.slot()));
        touch(path);
        addExchangedTime(path, seen, staged);
      }
      case Staged staged -> {
        creations.add(create(path, staged));
        touch(path);
      }
      case Gone() -> {
        if (isThere) {
          deletions.add(
              new Delete(
                  root, path, seen.requireFacts(), seen.identity(), changes.area().newSlot()));
          touch(path);
        }
      }
      case Kept(Facts facts) -> addAttributes(path, seen, facts);
      case MovedAway _ -> {
        // Planned with the place that it moves to: by now this one may hold something new.
      }
      case MovedHere(RelativePath from, Facts facts) -> {
        Seen moved = changes.node(from).seen();
        moves.add(new Move(root, from, path, moved.requireFacts(), moved.identity()));
        touch(from);
        touch(path);
        if (facts != null) {
          Facts shared = changes.sharedFacts(moved.identity());
          attributes.add(
              new SetAttributes(
                  root,
                  path,
                  moved.requireFacts(),
                  shared == null ? facts : shared,
                  moved.identity()));
        }
      }
    }
  }

  /** On xfs an exchange moves the mtime of a directory that gets another parent by it. */
  private void addExchangedTime(RelativePath path, Seen seen, Staged staged) {
    if (staged.facts().type() == FileType.DIRECTORY) {
      Instant time = staged.facts().modified();
      exchanged.add(new DirectoryTime(root, path, staged.identity(), time, time));
    } else if (seen.requireFacts().type() == FileType.DIRECTORY) {
      Instant time = seen.requireFacts().modified();
      exchanged.add(new DirectoryTime(root, path, seen.identity(), time, time));
    }
  }

  private void addAttributes(RelativePath path, Seen seen, Facts wanted) {
    Facts before = seen.requireFacts();
    Facts shared = changes.sharedFacts(seen.identity());
    Facts facts = shared == null ? wanted : shared;
    boolean directory = before.type() == FileType.DIRECTORY;
    if (directory && !facts.modified().equals(before.modified())) {
      // A directory's time is set with all directory times, after its entries.
      changedDirectories.add(path);
    }
    if (!facts.withDigest(null).equals(before.withDigest(null))) {
      attributes.add(new SetAttributes(root, path, before, facts, seen.identity()));
    }
  }

  private Create create(RelativePath path, Staged staged) {
    return new Create(
        root, path, staged.facts(), staged.identity(), staged.slot(), staged.within());
  }

  private void touch(RelativePath path) {
    if (!path.isEmpty()) {
      changedDirectories.add(path.parent());
    }
  }

  // ---- order -----------------------------------------------------------------------------------

  private List<List<FileOperation>> ordered() {
    List<List<FileOperation>> phases = new ArrayList<>();
    phases.add(moves);
    creations.sort(BY_PATH);
    for (int rank = 0; rank <= HIGHEST_RANK; rank++) {
      List<FileOperation> phase = new ArrayList<>();
      for (Create creation : creations) {
        if (rank(creation.after()) == rank) {
          addWithMembers(phase, creation, creation.slot());
        }
      }
      phases.add(phase);
    }
    replacements.sort(BY_PATH);
    deletions.sort(BY_PATH.reversed());
    for (int rank = 0; rank <= HIGHEST_RANK; rank++) {
      List<FileOperation> phase = new ArrayList<>();
      for (Replace replacement : replacements) {
        if (rank(replacement.after()) == rank) {
          if (replacement.before().type() == FileType.DIRECTORY) {
            takeDeletionsBelow(replacement.path(), phase);
          }
          addWithMembers(phase, replacement, replacement.slot());
        }
      }
      phases.add(phase);
    }
    phases.add(attributes);
    phases.add(deletions);
    return phases;
  }

  private static int rank(Facts facts) {
    return switch (facts.type()) {
      case DIRECTORY -> 0;
      case FILE -> (facts.mode() & EXECUTABLE) == 0 ? 1 : HIGHEST_RANK;
      case SYMLINK, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> 2;
    };
  }

  private void addWithMembers(List<FileOperation> ordered, FileOperation whole, int slot) {
    ordered.add(whole);
    ordered.addAll(members.getOrDefault(slot, List.of()));
  }

  private void takeDeletionsBelow(RelativePath path, List<FileOperation> ordered) {
    List<FileOperation> rest = new ArrayList<>();
    deletions.forEach(d -> (path.contains(d.path()) ? ordered : rest).add(d));
    deletions.clear();
    deletions.addAll(rest);
  }

  // ---- directory times -------------------------------------------------------------------------

  private List<DirectoryTime> directoryTimes() throws DiskException {
    List<DirectoryTime> times = new ArrayList<>();
    for (RelativePath path : changedDirectories) {
      if (changes.view(path) instanceof RootChanges.View.Live(_, Stat stat, Facts facts)
          && stat.isDirectory()) {
        Instant wanted = changes.directoryTime(path);
        Instant kept = facts == null ? now : facts.modified();
        times.add(
            new DirectoryTime(
                root,
                path,
                FileIdentity.of(stat),
                stat.modified(),
                wanted == null ? kept : wanted));
      }
    }
    times.addAll(exchanged);
    times.sort(Comparator.comparing(DirectoryTime::path).reversed());
    return List.copyOf(times);
  }
}
