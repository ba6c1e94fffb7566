package dev.holdfast.engine.staging;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.staging.StagingArea.Content;
import dev.holdfast.engine.staging.Target.Gone;
import dev.holdfast.engine.staging.Target.Kept;
import dev.holdfast.engine.staging.Target.MovedAway;
import dev.holdfast.engine.staging.Target.MovedHere;
import dev.holdfast.engine.staging.Target.Staged;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.NewFile;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction changes below one root: an overlay of the live tree, in which it reads its own
 * writes. A path that is not in the overlay is as it is live. Every change can be taken back to an
 * earlier {@linkplain #mark mark}. Not safe for several threads.
 */
public final class RootChanges {
  /** A file changed within this time may change again without a new ctime: look later. */
  private static final Duration RACY = Duration.ofMillis(20);

  private final LiveTree tree;
  private final StagingArea area;
  private final InstantSource clock;
  private final Consumer<Duration> pause;
  private final Map<RelativePath, Node> nodes = new HashMap<>();
  private final Map<RelativePath, Set<EntryName>> changedNames = new HashMap<>();
  private final Set<RelativePath> movedAway = new HashSet<>();
  private final Map<RelativePath, Seen> watched = new HashMap<>();
  private final Set<FileIdentity> linked = new HashSet<>();
  private final Map<FileIdentity, Facts> sharedFacts = new HashMap<>();
  private final Map<RelativePath, Instant> directoryTimes = new HashMap<>();
  private final Deque<Undo> undos = new ArrayDeque<>();
  private @Nullable Seen recent;

  /** Creates an empty overlay. */
  public RootChanges(
      LiveTree tree, StagingArea area, InstantSource clock, Consumer<Duration> pause) {
    this.tree = tree;
    this.area = area;
    this.clock = clock;
    this.pause = pause;
  }

  /** One changed path. */
  record Node(Seen seen, Target target) {}

  @FunctionalInterface
  private interface Undo {
    void run() throws DiskException;
  }

  /** What the transaction finds at a path. */
  public sealed interface View {
    /** Nothing. */
    record Nothing() implements View {}

    /** A live entry, at {@code path} in the live tree; with {@code facts} if they were changed. */
    record Live(RelativePath path, Stat stat, @Nullable Facts facts) implements View {}

    /** An entry that it staged itself. */
    record Own(Staged staged) implements View {}
  }

  // ---- looking ---------------------------------------------------------------------------------

  /** Returns the live tree. */
  public LiveTree tree() {
    return tree;
  }

  /** Returns where staged entries lie. */
  public StagingArea area() {
    return area;
  }

  /** Returns whether nothing was changed. */
  public boolean isEmpty() {
    return nodes.isEmpty() && directoryTimes.isEmpty();
  }

  /** Returns what the transaction finds at {@code path}. */
  public View view(RelativePath path) throws DiskException {
    Node node = nodes.get(path);
    if (node != null) {
      return switch (node.target()) {
        case Gone _, MovedAway _ -> new View.Nothing();
        case Staged staged -> new View.Own(staged);
        case Kept(Facts facts) -> live(node.seen().path(), facts);
        case MovedHere(RelativePath from, Facts facts) -> live(from, facts);
      };
    }
    RelativePath live = livePath(path);
    return live == null ? new View.Nothing() : live(live, null);
  }

  private View live(RelativePath path, @Nullable Facts facts) throws DiskException {
    Stat stat = tree.stat(path).orElse(null);
    if (stat == null) {
      return new View.Nothing();
    }
    Facts changed = hasOtherNames(stat) ? sharedFacts.get(FileIdentity.of(stat)) : null;
    return new View.Live(path, stat, changed == null ? facts : changed);
  }

  private static boolean hasOtherNames(Stat stat) {
    return stat.links() > 1 && !stat.isDirectory();
  }

  /** Returns where an unchanged {@code path} is in the live tree; null if nowhere. */
  private @Nullable RelativePath livePath(RelativePath path) {
    if (nodes.isEmpty()) {
      return path;
    }
    for (RelativePath above = path; !above.isEmpty(); ) {
      above = above.parent();
      Node node = nodes.get(above);
      if (node != null) {
        return switch (node.target()) {
          case Gone _, MovedAway _, Staged _ -> null;
          case Kept _ -> node.seen().path().resolve(path.below(above));
          case MovedHere(RelativePath from, _) -> from.resolve(path.below(above));
        };
      }
    }
    return path;
  }

  /** Returns the facts of what the transaction finds at {@code path}. */
  public Optional<Facts> facts(RelativePath path) throws DiskException {
    return switch (view(path)) {
      case View.Nothing() -> Optional.empty();
      case View.Own(Staged staged) -> Optional.of(staged.facts());
      case View.Live(RelativePath live, Stat stat, Facts facts) -> {
        if (facts != null) {
          yield Optional.of(facts);
        }
        yield Optional.of(tree.facts(live, stat));
      }
    };
  }

  /** Returns the facts of what the transaction found at {@code path} a moment ago. */
  public Facts requireFacts(RelativePath path) throws IOException {
    return facts(path)
        .orElseThrow(() -> ConflictException.changedMeanwhile(tree.path().resolve(path)));
  }

  /** Opens what the transaction finds at {@code path}, a regular file, for reading. */
  public DiskFile openToRead(RelativePath path) throws DiskException {
    Place place =
        switch (view(path)) {
          case View.Nothing() ->
              throw new DiskException(DiskError.NOT_FOUND, "read", tree.path().resolve(path) + "");
          case View.Own(Staged staged) -> area.place(staged);
          case View.Live(RelativePath live, _, _) -> tree.place(live);
        };
    return place.directory().openToRead(place.name());
  }

  /** Returns the names that the transaction finds in the directory at {@code path}, sorted. */
  public SortedSet<EntryName> list(RelativePath path) throws DiskException {
    SortedSet<EntryName> names = new TreeSet<>();
    switch (view(path)) {
      case View.Nothing() ->
          throw new DiskException(DiskError.NOT_FOUND, "list", tree.path().resolve(path) + "");
      case View.Own(Staged staged) -> {
        Place place = area.place(staged);
        try (var directory = place.directory().directory(place.name())) {
          names.addAll(directory.list());
        }
      }
      case View.Live(RelativePath live, _, _) -> names.addAll(tree.directory(live).list());
    }
    for (EntryName name : changedNames.getOrDefault(path, Set.of())) {
      Node node = nodes.get(path.resolve(name));
      if (node != null) {
        switch (node.target()) {
          case Gone _, MovedAway _ -> names.remove(name);
          case Staged _, Kept _, MovedHere _ -> names.add(name);
        }
      }
    }
    return names;
  }

  /** Looks at a path for the first time: what is seen now must still be so at the commit. */
  private Seen look(RelativePath path) throws DiskException {
    Node node = nodes.get(path);
    if (node != null) {
      return node.seen();
    }
    RelativePath live = livePath(path);
    if (live == null) {
      return Seen.nothing(path);
    }
    Seen early = watched.get(live);
    return early == null ? lookAt(live) : early;
  }

  /**
   * Looks at a path whose entry was found a moment ago: what is decided about it, is of that one.
   */
  private Seen lookAgain(RelativePath path, Stat found) throws IOException {
    Seen seen = look(path);
    Stat stat = seen.stat();
    if (stat == null
        || !stat.isSameInode(found)
        || stat.type() != found.type()
        || !(stat.isDirectory()
            || stat.changed().equals(found.changed())
            || isLinked(FileIdentity.of(stat)))) {
      throw ConflictException.changedMeanwhile(tree.path().resolve(path));
    }
    return seen;
  }

  /**
   * Returns the live entry at {@code path}, if that is what the transaction finds there, with its
   * facts. What is decided about it next is of this look, and need not look again.
   */
  public Optional<Seen> lookLive(RelativePath path) throws DiskException {
    Instant before = clock.instant();
    if (!(view(path) instanceof View.Live(RelativePath live, Stat stat, _))) {
      return Optional.empty();
    }
    Seen seen = new Seen(live, stat, tree.facts(live, stat));
    // One within whose tick it may change again unseen has to be looked at once more, later.
    recent = isRacy(stat, before) ? null : seen;
    return Optional.of(seen);
  }

  private Seen lookAt(RelativePath live) throws DiskException {
    Seen known = recent;
    recent = null;
    if (known != null && known.path().equals(live)) {
      return known;
    }
    Optional<Stat> stat = tree.stat(live);
    if (stat.isPresent() && isRacy(stat.get(), clock.instant())) {
      pause.accept(RACY);
      stat = tree.stat(live);
    }
    if (stat.isEmpty()) {
      return Seen.nothing(live);
    }
    return new Seen(live, stat.get(), tree.facts(live, stat.get()));
  }

  /**
   * Looks at a live path that may be changed later: if it is, it must still be at the commit as it
   * is now. To be called before its contents are read.
   */
  public Optional<Facts> watch(RelativePath live) throws DiskException {
    Seen seen = lookAt(live);
    watched.put(live, seen);
    return Optional.ofNullable(seen.facts());
  }

  /** Adds the digest of a watched file's contents, for the record. */
  public void watchedDigest(RelativePath live, ContentDigest digest) {
    watched.computeIfPresent(
        live, (path, seen) -> new Seen(path, seen.stat(), seen.requireFacts().withDigest(digest)));
  }

  private static boolean isRacy(Stat stat, Instant now) {
    return stat.isFile() && Duration.between(stat.changed(), now).abs().compareTo(RACY) < 0;
  }

  // ---- changing --------------------------------------------------------------------------------

  private void put(RelativePath path, Node node) {
    Node previous = nodes.put(path, node);
    if (!path.isEmpty()) {
      changedNames.computeIfAbsent(path.parent(), _ -> new HashSet<>()).add(path.name());
    }
    undos.push(() -> {
      if (previous == null) {
        nodes.remove(path);
      } else {
        nodes.put(path, previous);
      }
    });
  }

  private void setAside(Staged staged) throws DiskException {
    int number = area.setAside(staged);
    undos.push(() -> area.bringBack(number, staged));
  }

  private record Spot(Seen seen, int slot, RelativePath within) {}

  /** What a directory's time was to be, before it went, is nothing to what comes there next. */
  private void forgetTime(RelativePath path) {
    Instant previous = directoryTimes.remove(path);
    if (previous != null) {
      undos.push(() -> directoryTimes.put(path, previous));
    }
  }

  /**
   * Makes a deletion of a move whose entry is deleted, or covered, at its new place: then there is
   * nothing to be moved.
   */
  private void dissolveMove(RelativePath path) {
    Node here = nodes.get(path);
    if (here == null || !(here.target() instanceof MovedHere(RelativePath from, _))) {
      return;
    }
    List<RelativePath> below =
        nodes.keySet().stream().filter(each -> path.contains(each) && !each.equals(path)).toList();
    for (RelativePath each : below) {
      Node node = node(each);
      remove(each);
      if (node.seen().isPresent()) {
        put(node.seen().path(), node);
      }
    }
    movedAway.remove(from);
    undos.push(() -> movedAway.add(from));
    if (node(from).target() instanceof MovedAway) {
      put(from, new Node(node(from).seen(), new Gone()));
    }
    put(path, new Node(here.seen(), new Gone()));
  }

  private void remove(RelativePath path) {
    Node node = node(path);
    nodes.remove(path);
    undos.push(() -> nodes.put(path, node));
  }

  /** Finds the spot for a new entry, and puts aside what was staged there before. */
  private Spot clear(RelativePath path) throws DiskException {
    dissolveMove(path);
    Seen seen = look(path);
    Node node = nodes.get(path);
    if (node != null && node.target() instanceof Staged staged) {
      setAside(staged);
      return new Spot(seen, staged.slot(), staged.within());
    }
    if (!path.isEmpty() && nodes.get(path.parent()) instanceof Node(_, Staged parent)) {
      return new Spot(seen, parent.slot(), parent.within().resolve(path.name()));
    }
    return new Spot(seen, area.newSlot(), RelativePath.EMPTY);
  }

  private void put(RelativePath path, Spot spot, Staged staged) {
    put(path, new Node(spot.seen(), staged));
    undos.push(() -> area.setAside(staged));
  }

  /**
   * Puts a regular file at {@code path}, in place of whatever is there but a directory with
   * contents.
   */
  public Staged putFile(RelativePath path, Facts wanted, Content content) throws IOException {
    return putFile(path, () -> wanted, content);
  }

  /** The same, with metadata that are asked for once the content was written. */
  public Staged putFile(RelativePath path, Supplier<Facts> wanted, Content content)
      throws IOException {
    Spot spot = clear(path);
    Staged staged = area.file(spot.slot(), spot.within(), wanted, content);
    put(path, spot, staged);
    return staged;
  }

  /** Content that may turn out to be there already; then it makes no file. */
  @FunctionalInterface
  public interface Comparison {
    /** Writes the file's bytes, or returns empty if they are what is live. */
    Optional<Copied> writeTo(NewFile file) throws IOException;
  }

  /**
   * Puts a regular file at {@code path}, unless its content turns out to be there already.
   *
   * @return whether it was put
   */
  public boolean putFileUnlessSame(RelativePath path, Supplier<Facts> wanted, Comparison content)
      throws IOException {
    Spot[] spot = new Spot[1];
    DiskFile[] made = new DiskFile[1];
    try {
      Optional<Copied> copied =
          content.writeTo(() -> {
            spot[0] = clear(path);
            made[0] = area.create(spot[0].slot(), spot[0].within());
            return made[0];
          });
      if (copied.isEmpty()) {
        return false;
      }
      Staged staged =
          area.complete(made[0], spot[0].slot(), spot[0].within(), wanted.get(), copied.get());
      put(path, spot[0], staged);
      return true;
    } catch (IOException | RuntimeException e) {
      if (made[0] != null) {
        area.abandon(spot[0].slot(), spot[0].within(), e);
      }
      throw e;
    } finally {
      if (made[0] != null) {
        made[0].close();
      }
    }
  }

  /** Puts a complete draft at {@code path}. */
  public void putDraft(RelativePath path, Facts facts, StagingArea.Draft draft)
      throws DiskException {
    Spot spot = clear(path);
    put(path, spot, area.finish(draft, spot.slot(), spot.within(), facts));
  }

  /**
   * Puts the entry at {@code source} at {@code path}, complete as it is; it is given a name, not
   * copied, so it must be on the file system of the staging area.
   */
  public void putEntry(RelativePath path, Facts facts, Place source) throws DiskException {
    Spot spot = clear(path);
    put(path, spot, area.adopt(source, spot.slot(), spot.within(), facts));
  }

  /** Puts anything but a regular file at {@code path}, in place of what is there. */
  public void putNode(RelativePath path, Facts facts) throws DiskException {
    Spot spot = clear(path);
    put(path, spot, area.node(spot.slot(), spot.within(), facts));
  }

  /** Puts another name of the file that was staged at {@code first}. */
  public void putLink(RelativePath path, RelativePath first) throws DiskException {
    if (!(view(first) instanceof View.Own(Staged staged))) {
      throw new IllegalStateException("not staged: " + first);
    }
    Spot spot = clear(path);
    put(path, spot, area.link(staged, first, spot.slot(), spot.within()));
  }

  /** Gives the live file at {@code live} another name, which has no place yet. */
  public int draftLink(RelativePath live) throws DiskException {
    Place place = tree.place(live);
    int draft = area.draftLink(place);
    place.stat().ifPresent(stat -> linked.add(FileIdentity.of(stat)));
    return draft;
  }

  /** Puts the name that {@link #draftLink} made at {@code path}. */
  public void putDraftLink(RelativePath path, Facts facts, int draft) throws DiskException {
    Spot spot = clear(path);
    put(path, spot, area.finishLink(draft, spot.slot(), spot.within(), facts));
  }

  /**
   * Makes a directory at {@code path}. Where the live tree has one that was deleted in this
   * transaction, that one stays, so that it keeps its identity.
   */
  public void putDirectory(RelativePath path, Facts facts) throws DiskException {
    forgetTime(path);
    Seen seen = look(path);
    if (seen.isPresent()
        && seen.requireFacts().type() == FileType.DIRECTORY
        && !isMovedAway(path)) {
      Node node = nodes.get(path);
      if (node != null && node.target() instanceof Staged staged) {
        setAside(staged);
      }
      put(path, new Node(seen, new Kept(facts)));
    } else {
      putNode(path, facts);
    }
  }

  /**
   * Gives what is at {@code path} other facts of the same type and contents.
   *
   * @param compared the live entry as it was when these facts were decided on
   */
  public void setFacts(RelativePath path, Facts facts, Stat compared) throws IOException {
    set(path, facts, compared);
  }

  /** Gives what is at {@code path} other facts of the same type and contents. */
  public void setFacts(RelativePath path, Facts facts) throws IOException {
    set(path, facts, null);
  }

  private void set(RelativePath path, Facts facts, @Nullable Stat compared) throws IOException {
    switch (view(path)) {
      case View.Nothing() ->
          throw new DiskException(
              DiskError.NOT_FOUND, "set attributes of", tree.path().resolve(path) + "");
      case View.Own(Staged staged) -> {
        if (linked.contains(staged.identity())) {
          throw new IllegalStateException("everybody would see it: " + tree.path().resolve(path));
        }
        Seen seen = look(path);
        if (facts.type() == FileType.DIRECTORY) {
          put(path, new Node(seen, staged.with(facts)));
        } else {
          put(path, new Node(seen, area.dress(staged, facts)));
          undos.push(() -> area.dress(staged, staged.facts()));
        }
      }
      case View.Live(RelativePath live, Stat stat, _) -> {
        Node node = nodes.get(path);
        if (node != null && node.target() instanceof MovedHere) {
          put(path, new Node(node.seen(), new MovedHere(live, facts)));
        } else {
          Stat decided = compared == null ? stat : compared;
          put(path, new Node(lookAgain(path, decided), new Kept(facts)));
        }
        if (hasOtherNames(stat)) {
          share(FileIdentity.of(stat), facts);
        }
      }
    }
  }

  /** What one name of a live inode gets, all its names have. */
  private void share(FileIdentity inode, Facts facts) {
    Facts previous = sharedFacts.put(inode, facts);
    undos.push(() -> {
      if (previous == null) {
        sharedFacts.remove(inode);
      } else {
        sharedFacts.put(inode, previous);
      }
    });
  }

  /** Returns the facts that an inode with several names gets under any of them; or null. */
  @Nullable Facts sharedFacts(FileIdentity inode) {
    return sharedFacts.get(inode);
  }

  /** Says which mtime a directory shall have if its entries change. */
  public void setDirectoryTime(RelativePath path, Instant time) {
    Instant previous = directoryTimes.put(path, time);
    undos.push(() -> {
      if (previous == null) {
        directoryTimes.remove(path);
      } else {
        directoryTimes.put(path, previous);
      }
    });
  }

  /** Deletes one entry; a directory must be empty as the transaction sees it. */
  public void delete(RelativePath path) throws IOException {
    switch (view(path)) {
      case View.Nothing() ->
          throw new DiskException(DiskError.NOT_FOUND, "delete", tree.path().resolve(path) + "");
      case View.Own(Staged staged) -> {
        requireEmpty(path, staged.facts().type());
        forgetTime(path);
        Seen seen = look(path);
        setAside(staged);
        put(path, new Node(seen, new Gone()));
      }
      case View.Live(_, Stat stat, _) -> {
        requireEmpty(path, stat.type());
        forgetTime(path);
        Node node = nodes.get(path);
        if (node != null && node.target() instanceof MovedHere) {
          dissolveMove(path);
        } else {
          put(path, new Node(lookAgain(path, stat), new Gone()));
        }
      }
    }
  }

  private void requireEmpty(RelativePath path, FileType type) throws DiskException {
    if (type == FileType.DIRECTORY && !list(path).isEmpty()) {
      throw new DiskException(DiskError.NOT_EMPTY, "delete", tree.path().resolve(path) + "");
    }
  }

  /** Takes back every change at and below {@code path}, as if it had never been made. */
  public void revert(RelativePath path) throws DiskException {
    List<RelativePath> below = nodes.keySet().stream().filter(path::contains).sorted().toList();
    for (RelativePath each : below) {
      Node node = node(each);
      if (node.target() instanceof Staged staged
          && (staged.within().isEmpty() || each.equals(path))) {
        setAside(staged);
      }
      remove(each);
    }
  }

  /**
   * Moves a live entry by one rename, if that can be: it was not changed before, nothing is at
   * {@code to}, and the directory that is to hold it is live.
   *
   * @return false, with nothing done, if it can't
   */
  public boolean moveLive(RelativePath from, RelativePath to) throws DiskException {
    if (to.isEmpty() || from.isEmpty() || from.contains(to) || nodes.containsKey(to)) {
      return false;
    }
    boolean pure = nodes.keySet().stream().noneMatch(from::contains);
    if (!pure
        || !(view(from) instanceof View.Live source)
        || !(view(to) instanceof View.Nothing)
        || !(view(to.parent()) instanceof View.Live holder)
        || !source.path().equals(from)
        || !holder.path().equals(to.parent())) {
      return false;
    }
    Seen seenFrom = look(from);
    Seen seenTo = look(to);
    movedAway.add(from);
    undos.push(() -> movedAway.remove(from));
    put(from, new Node(seenFrom, new MovedAway(to)));
    put(to, new Node(seenTo, new MovedHere(from, null)));
    return true;
  }

  // ---- savepoints ------------------------------------------------------------------------------

  /** Returns a mark to which changes can be taken back. */
  public int mark() {
    return undos.size();
  }

  /** Takes back everything since {@code mark}. */
  public void backTo(int mark) throws DiskException {
    while (undos.size() > mark) {
      undos.pop().run();
    }
  }

  /** Completes what was staged: new directories get their metadata, deepest first. */
  public void complete() throws DiskException {
    for (RelativePath path : changedPaths().reversed()) {
      if (node(path).target() instanceof Staged staged
          && staged.facts().type() == FileType.DIRECTORY) {
        area.dress(staged, staged.facts());
      }
    }
  }

  /** Returns all paths that are touched, in no order. */
  public Set<RelativePath> touchedPaths() {
    return Collections.unmodifiableSet(nodes.keySet());
  }

  /** Returns the paths that staged inodes have, those that are wanted, by inode number. */
  public Map<Long, List<RelativePath>> stagedNames(Set<Long> inodes) {
    Map<Long, List<RelativePath>> names = new HashMap<>();
    nodes.forEach((path, node) -> {
      if (node.target() instanceof Staged staged && inodes.contains(staged.identity().inode())) {
        names.computeIfAbsent(staged.identity().inode(), _ -> new ArrayList<>()).add(path);
      }
    });
    return names;
  }

  /** Returns whether entries of the directory at {@code path} come, go or are replaced. */
  public boolean changesEntries(RelativePath path) {
    return changedNames.getOrDefault(path, Set.of()).stream()
        .map(name -> nodes.get(path.resolve(name)))
        .anyMatch(node -> node != null && !(node.target() instanceof Kept));
  }

  // ---- for the planner -------------------------------------------------------------------------

  /** Returns the changed paths, sorted. */
  List<RelativePath> changedPaths() {
    List<RelativePath> paths = new ArrayList<>(nodes.keySet());
    Collections.sort(paths);
    return paths;
  }

  Node node(RelativePath path) {
    Node node = nodes.get(path);
    if (node == null) {
      throw new IllegalStateException("not changed: " + path);
    }
    return node;
  }

  /** Returns whether what is live at {@code path} goes elsewhere, so that it is free. */
  boolean isMovedAway(RelativePath path) {
    return movedAway.contains(path);
  }

  /** Returns whether we gave this live inode another name, which moves its ctime. */
  boolean isLinked(FileIdentity inode) {
    return linked.contains(inode);
  }

  @Nullable Instant directoryTime(RelativePath path) {
    return directoryTimes.get(path);
  }

  Map<RelativePath, Instant> directoryTimes() {
    return Collections.unmodifiableMap(directoryTimes);
  }
}
