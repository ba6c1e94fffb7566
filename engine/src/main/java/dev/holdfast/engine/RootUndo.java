package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.Untouchable;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.DirectoryTime;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.Plan;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What takes a transaction back at one root, as changes of a new transaction: {@link #check} finds
 * every path that is not as the transaction left it, {@link #stage} stages the state before it.
 *
 * <p>Moves are taken back first, by moves. Where that cannot be (the directory that held the entry
 * has to be made again) the entry is copied: a live inode in a directory that is only staged would
 * go with the staging if a power cut kept one rename and lost the other.
 */
final class RootUndo {
  private final RootChanges changes;
  private final LiveTree tree;
  private final Images images;
  private final Plan plan;
  private final int root;
  private final StandIns standIns;
  private final Watcher watcher;
  private final List<FileOperation> operations;
  private final ContentCopier copier = new ContentCopier();
  private final Map<RelativePath, Facts> attributesSetAt = new HashMap<>();
  private final Map<FileIdentity, Facts> attributesBefore = new HashMap<>();
  private final Map<FileIdentity, LinkGroup> groups = new LinkedHashMap<>();
  private final Map<RelativePath, Instant> directoryTimes = new HashMap<>();
  private final Set<RelativePath> ours = new HashSet<>();
  private final List<RelativePath> extras = new ArrayList<>();
  private final List<Move> undone = new ArrayList<>();
  private final List<Move> moves = new ArrayList<>();
  private final Map<RelativePath, String> conflicts = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /** Told of the work as it goes on; may throw to stop. */
  interface Watcher {
    /** One entry was compared. */
    void compared() throws IOException;

    /** One entry was staged. */
    void staged() throws IOException;

    /** So many bytes were read. */
    void read(long bytes) throws IOException;
  }

  /** Finds the inodes that were made in the place of earlier ones when those were taken back. */
  interface StandIns {
    /** Returns, by earlier inode, the one that stands for it now. */
    Map<FileIdentity, FileIdentity> find() throws IOException;
  }

  RootUndo(
      RootChanges changes, Images images, Plan plan, int root, StandIns standIns, Watcher watcher) {
    this.changes = changes;
    this.tree = changes.tree();
    this.images = images;
    this.plan = plan;
    this.root = root;
    this.standIns = standIns;
    this.watcher = watcher;
    this.operations = plan.operations().stream().filter(o -> o.root() == root).toList();
    operations.forEach(this::index);
  }

  /** Names of one inode that the transaction took out of the tree. */
  private static final class LinkGroup {
    private final FileOperation first;
    private int names;
    private @Nullable RelativePath sibling;
    private @Nullable Integer draft;
    private @Nullable RelativePath restoredAt;

    LinkGroup(FileOperation first) {
      this.first = first;
    }
  }

  private void index(FileOperation operation) {
    switch (operation) {
      case SetAttributes change -> {
        attributesSetAt.put(change.path(), change.after());
        attributesBefore.putIfAbsent(change.inode(), change.before());
      }
      case Create create -> ours.add(create.path());
      case Move move -> {
        moves.add(move);
        ours.add(move.to());
      }
      case Replace _, Delete _ -> {}
    }
    BeforeImages.Taken taken = BeforeImages.taken(operation);
    if (taken != null && taken.facts().type() != FileType.DIRECTORY) {
      groups.computeIfAbsent(taken.identity(), _ -> new LinkGroup(operation)).names++;
    }
  }

  /** Returns the paths in conflict, with the reason. */
  Map<AbsolutePath, String> conflicts() {
    Map<AbsolutePath, String> absolute = new LinkedHashMap<>();
    conflicts.forEach((path, reason) -> absolute.put(tree.path().resolve(path), reason));
    return absolute;
  }

  /** Returns what taking it back changes, by path. */
  List<Change> changes() {
    List<FileOperation> inverse = new ArrayList<>();
    for (FileOperation operation : operations) {
      inverse.add(
          switch (operation) {
            case Create create ->
                new Delete(0, create.path(), create.after(), create.staged(), create.slot());
            case Replace replace ->
                new Replace(
                    0,
                    replace.path(),
                    replace.after(),
                    replace.staged(),
                    replace.before(),
                    replace.replaced(),
                    replace.slot());
            case Delete delete ->
                new Create(
                    0,
                    delete.path(),
                    delete.before(),
                    delete.deleted(),
                    delete.slot(),
                    RelativePath.EMPTY);
            case Move move -> new Move(0, move.to(), move.path(), move.before(), move.moved());
            case SetAttributes set ->
                new SetAttributes(0, set.path(), set.after(), set.before(), set.inode());
          });
    }
    return Changes.of(inverse, List.of(tree.path()));
  }

  /** Returns what could not be restored. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  // ---- checking --------------------------------------------------------------------------------

  /** Compares everything that the transaction touched with what it left. */
  void check() throws IOException {
    for (FileOperation operation : operations) {
      watcher.compared();
      switch (operation) {
        case Create create -> {
          expect(create.path(), create.after(), true);
          checkContents(create.path(), create.after());
        }
        case Replace replace -> {
          expect(replace.path(), replace.after(), true);
          checkContents(replace.path(), replace.after());
        }
        case Delete delete -> expectNothing(delete.path());
        case Move move -> {
          expect(move.to(), attributesSetAt.getOrDefault(move.to(), move.before()), false);
          if (!ours.contains(move.path())) {
            expectNothing(move.path());
          }
        }
        case SetAttributes change -> expect(change.path(), change.after(), false);
      }
      checkImage(operation);
    }
    for (DirectoryTime time : plan.directoryTimes()) {
      if (time.root() == root) {
        Optional<Stat> stat = tree.stat(time.path());
        if (stat.isPresent() && stat.get().modified().equals(time.after())) {
          directoryTimes.put(time.path(), time.before());
        }
      }
    }
    findSiblings();
  }

  private void conflict(RelativePath path, String reason) {
    conflicts.putIfAbsent(path, reason);
  }

  private void expectNothing(RelativePath path) throws IOException {
    if (changes.watch(path).isPresent()) {
      conflict(path, "was made again");
    }
  }

  private void expect(RelativePath path, Facts expected, boolean bytes) throws IOException {
    Facts found = changes.watch(path).orElse(null);
    if (found == null) {
      conflict(path, "is gone");
      return;
    }
    if (!sameButBytes(expected, found)) {
      conflict(path, "has changed");
      return;
    }
    ContentDigest digest = expected.digest();
    if (!bytes || digest == null || expected.type() != FileType.FILE) {
      return;
    }
    Place place = tree.place(path);
    try (DiskFile file = place.directory().openToRead(place.name())) {
      if (!copier.hash(file, watcher::read).digest().equals(digest)) {
        conflict(path, "has other contents");
      }
    }
    changes.watchedDigest(path, digest);
  }

  /** A directory's time is no difference: every entry that somebody makes in it moves it. */
  private static boolean sameButBytes(Facts one, Facts other) {
    return one.type() == other.type()
        && one.mode() == other.mode()
        && one.uid() == other.uid()
        && one.gid() == other.gid()
        && one.size() == other.size()
        && (one.type() == FileType.DIRECTORY || one.modified().equals(other.modified()))
        && Objects.equals(one.link(), other.link())
        && one.deviceNumber() == other.deviceNumber()
        && one.extendedAttributes().equals(other.extendedAttributes());
  }

  /** A directory that the transaction made can only go with nothing of others' in it. */
  private void checkContents(RelativePath path, Facts made) throws IOException {
    if (made.type() != FileType.DIRECTORY || conflicts.containsKey(path)) {
      return;
    }
    Directory directory = tree.directory(path);
    for (EntryName name : directory.list()) {
      RelativePath child = path.resolve(name);
      Stat stat = ours.contains(child) ? null : directory.stat(name).orElse(null);
      if (stat == null) {
        continue;
      }
      if (!Untouchable.is(directory, name, stat)) {
        conflict(child, "was made in a directory that would have to go");
        continue;
      }
      try {
        InUse.requireUnused(tree, child, stat);
        extras.add(child);
      } catch (ConflictException e) {
        conflict(child, "is in use");
      }
    }
  }

  private void checkImage(FileOperation operation) throws IOException {
    if (!BeforeImages.needsImage(operation)) {
      return;
    }
    if (images.stat(operation).isEmpty()) {
      throw new RefusedException(
          "transaction "
              + plan.sequence()
              + " cannot be taken back: the before-image of "
              + tree.path().resolve(operation.path())
              + " is gone; nothing was changed");
    }
    String problem = images.problem(operation);
    if (problem != null) {
      conflict(operation.path(), problem);
    }
  }

  /**
   * An inode that had more names than the transaction took away lives on under the others: to it
   * the names go back, if it is still what it was (hole 20).
   */
  private void findSiblings() throws IOException {
    Set<FileIdentity> wanted = new HashSet<>();
    for (Map.Entry<FileIdentity, LinkGroup> group : groups.entrySet()) {
      Stat image = images.stat(group.getValue().first).orElse(null);
      if (image != null && group.getKey().is(image) && image.links() > group.getValue().names) {
        wanted.add(group.getKey());
      }
    }
    if (wanted.isEmpty()) {
      return;
    }
    Map<FileIdentity, FileIdentity> now = standIns.find();
    Map<FileIdentity, RelativePath> found =
        LinkSearch.find(
            tree, wanted.stream().map(id -> now.getOrDefault(id, id)).collect(Collectors.toSet()));
    for (FileIdentity identity : wanted) {
      LinkGroup group = Objects.requireNonNull(groups.get(identity));
      RelativePath sibling = found.get(now.getOrDefault(identity, identity));
      if (sibling != null && isStill(sibling, group.first)) {
        group.sibling = sibling;
      } else {
        notes.add(
            tree.path().resolve(group.first.path())
                + ": had other names, which are no longer in this root or no longer the same; it"
                + " is a file of its own now");
      }
    }
  }

  /** Returns whether a sibling will be, metadata and bytes, what the operation took away. */
  private boolean isStill(RelativePath sibling, FileOperation operation) throws IOException {
    BeforeImages.Taken taken = Objects.requireNonNull(BeforeImages.taken(operation));
    Facts before = attributesBefore.get(taken.identity());
    Facts facts = before != null ? before : changes.requireFacts(sibling);
    if (!sameButBytes(taken.facts(), facts)) {
      return false;
    }
    if (facts.type() != FileType.FILE) {
      return true;
    }
    Place place = tree.place(sibling);
    try (DiskFile live = place.directory().openToRead(place.name());
        DiskFile image = images.open(operation)) {
      return taken.identity().is(live.stat()) || copier.sameBytes(live, image);
    }
  }

  // ---- staging ---------------------------------------------------------------------------------

  /** Stages the state before the transaction. What it finds different now is a conflict, too. */
  void stage() throws IOException {
    linkSiblings();
    List<Move> copied = new ArrayList<>();
    for (Move move : moves.reversed()) {
      if (changes.moveLive(move.to(), move.path())) {
        undone.add(move);
      } else {
        copied.add(move);
      }
    }
    deleteCreated();
    restore(copied);
    for (FileOperation operation : operations) {
      if (operation instanceof SetAttributes change) {
        watcher.staged();
        setAttributes(change);
      }
    }
    Set<RelativePath> changed = changedDirectories();
    for (Map.Entry<RelativePath, Instant> time : directoryTimes.entrySet()) {
      setDirectoryTime(time.getKey(), time.getValue(), changed.contains(time.getKey()));
    }
  }

  private Set<RelativePath> changedDirectories() {
    Set<RelativePath> changed = new HashSet<>();
    for (FileOperation operation : operations) {
      if (!operation.path().isEmpty() && !(operation instanceof SetAttributes)) {
        changed.add(operation.path().parent());
      }
      if (operation instanceof Move move) {
        changed.add(move.to().parent());
      }
    }
    return changed;
  }

  private void linkSiblings() throws IOException {
    for (LinkGroup group : groups.values()) {
      RelativePath sibling = group.sibling;
      if (sibling != null) {
        group.draft = changes.draftLink(sibling);
      }
    }
  }

  private void deleteCreated() throws IOException {
    for (RelativePath extra : extras) {
      TreeDeletion.delete(changes, pathBefore(extra, undone));
    }
    List<RelativePath> created = new ArrayList<>();
    for (FileOperation operation : operations) {
      if (operation instanceof Create create) {
        created.add(pathBefore(create.path(), undone));
      }
    }
    created.sort(Comparator.reverseOrder());
    for (RelativePath path : created) {
      watcher.staged();
      changes.delete(path);
    }
  }

  /** Returns the path that {@code path} has once {@code taken} were taken back. */
  private static RelativePath pathBefore(RelativePath path, List<Move> taken) {
    for (Move move : taken) {
      if (move.to().contains(path)) {
        return move.path().resolve(path.below(move.to()));
      }
    }
    return path;
  }

  /** One path to be restored: what was taken from it, or the move that took it. */
  private record Restoration(RelativePath path, FileOperation operation) {}

  private void restore(List<Move> copied) throws IOException {
    List<Restoration> restorations = new ArrayList<>();
    for (FileOperation operation : operations) {
      if (BeforeImages.taken(operation) != null) {
        restorations.add(new Restoration(pathBefore(operation.path(), moves), operation));
      }
    }
    copied.forEach(move -> restorations.add(new Restoration(move.path(), move)));
    restorations.sort(Comparator.comparing(Restoration::path));
    for (Restoration restoration : restorations) {
      watcher.staged();
      RelativePath path = restoration.path();
      Facts parent = path.isEmpty() ? null : changes.facts(path.parent()).orElse(null);
      if (!path.isEmpty() && (parent == null || parent.type() != FileType.DIRECTORY)) {
        conflict(path.parent(), "is no directory any more");
        continue;
      }
      BeforeImages.Taken taken = BeforeImages.taken(restoration.operation());
      if (taken != null) {
        restore(path, restoration.operation(), taken);
      } else if (restoration.operation() instanceof Move move) {
        copyBack(move);
      }
    }
  }

  private void copyBack(Move move) throws IOException {
    TreeCopy.copy(changes, move.to(), move.path(), copier, this::mayLink);
    TreeDeletion.delete(changes, move.to());
  }

  /** A live inode can't get other attributes while it is staged: everybody would see them. */
  private boolean mayLink(RelativePath path, FileIdentity inode) {
    if (attributesBefore.containsKey(inode)) {
      notes.add(
          tree.path().resolve(path)
              + ": could not go back by a rename; it is a file of its own now");
      return false;
    }
    return true;
  }

  private void restore(RelativePath path, FileOperation operation, BeforeImages.Taken taken)
      throws IOException {
    Facts facts = taken.facts().withHardlink(null);
    if (facts.type() == FileType.DIRECTORY) {
      changes.putDirectory(path, facts);
      return;
    }
    if (facts.type() == FileType.SOCKET) {
      notes.add(tree.path().resolve(path) + ": a socket, which only its program can make");
      return;
    }
    LinkGroup group = Objects.requireNonNull(groups.get(taken.identity()));
    if (group.restoredAt != null) {
      changes.putLink(path, group.restoredAt);
      return;
    }
    group.restoredAt = path;
    if (group.draft != null && group.sibling != null) {
      changes.putDraftLink(path, withBytes(facts, group.sibling), group.draft);
    } else if (facts.type() == FileType.FILE) {
      changes.putFile(path, facts, file -> images.copy(operation, file, copier, watcher::read));
    } else {
      changes.putNode(path, facts);
      return;
    }
    ContentDigest staged = changes.requireFacts(path).digest();
    if (facts.digest() != null && !facts.digest().equals(staged)) {
      conflict(operation.path(), "its before-image was written to afterwards");
    }
  }

  private Facts withBytes(Facts facts, RelativePath live) throws IOException {
    if (facts.type() != FileType.FILE) {
      return facts;
    }
    Place place = tree.place(live);
    try (DiskFile file = place.directory().openToRead(place.name())) {
      ContentCopier.Copied read = copier.hash(file, watcher::read);
      return facts.withContent(read.size(), read.digest());
    }
  }

  private void setAttributes(SetAttributes change) throws IOException {
    RelativePath path = pathBefore(change.path(), moves);
    Facts present = changes.facts(path).orElse(null);
    if (present == null) {
      conflict(change.path(), "is gone");
      return;
    }
    Facts before = change.before().withHardlink(null);
    boolean others =
        before.type() == FileType.DIRECTORY
            && !directoryTimes.containsKey(change.path())
            && !present.modified().equals(change.after().modified());
    changes.setFacts(path, others ? before.withModified(present.modified()) : before);
  }

  /** Where entries came and went again there is no change to set the time with: it is one then. */
  private void setDirectoryTime(RelativePath live, Instant time, boolean changed)
      throws IOException {
    RelativePath path = pathBefore(live, moves);
    changes.setDirectoryTime(path, time);
    Facts present = changed ? null : changes.facts(path).orElse(null);
    if (present != null
        && present.type() == FileType.DIRECTORY
        && !present.modified().equals(time)) {
      changes.setFacts(path, present.withModified(time));
    }
  }
}
