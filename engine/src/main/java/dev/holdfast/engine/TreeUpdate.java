package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.Change.Kind;
import dev.holdfast.engine.Progress.Phase;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.HoldfastException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.source.Comparison;
import dev.holdfast.engine.source.Difference;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.engine.source.Privileges;
import dev.holdfast.engine.source.Settable;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.engine.source.Untouchable;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.staging.Seen;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes a directory equal to a source, in one transaction. Reads the source once; compares each
 * entry with the live one and stages what differs; then deletes what the source does not have.
 *
 * <p>Names of one inode in the source become names of one inode; a group that is not linked so in
 * the live tree is staged anew.
 */
final class TreeUpdate {
  private final Holdfast holdfast;
  private final TreeSource source;
  private final ApplyOptions options;
  private final Progress progress;
  private final Settable settable;
  private final Comparison comparison;
  private Excludes excludes;
  private Excludes rootExcludes = Excludes.NONE;
  private final ContentCopier copier = new ContentCopier();

  /** What became of each path of the source; needed for links, and to find what is extra. */
  private final Map<RelativePath, Fate> fates = new HashMap<>();

  /** Live inodes with several names, by the first path that keeps them. */
  private final Map<Long, RelativePath> keptInodes = new HashMap<>();

  /** Names that are linked to a kept first path already, by that path. */
  private final Map<RelativePath, List<RelativePath>> keptLinks = new HashMap<>();

  private final List<Change> dryChanges = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private AbsolutePath target = AbsolutePath.ROOT;
  private @Nullable RootChanges changes;
  private @Nullable LiveTree tree;
  private long entries;
  private long bytes;

  TreeUpdate(Holdfast holdfast, TreeSource source, ApplyOptions options, Progress progress) {
    this.holdfast = holdfast;
    this.source = source;
    this.options = options;
    this.progress = progress;
    Privileges privileges = Privileges.of(disk(holdfast));
    this.settable = new Settable(privileges);
    this.comparison = new Comparison(options.checksum(), options.times(), privileges);
    this.excludes = Excludes.of(options.excludes());
  }

  /** What became of a path of the source. */
  private enum Fate {
    /** The live directory stays, perhaps with other metadata. */
    ENTERED,
    /** The live inode stays, perhaps with other metadata. */
    KEPT,
    /** A new inode was staged. */
    STAGED,
    /** It may not be made here, and was left out. */
    LEFT_OUT
  }

  private static Disk disk(Holdfast holdfast) {
    return holdfast.engine().environment().disk();
  }

  Committed run(AbsolutePath directory) throws IOException {
    try {
      return options.dryRun() ? dryRun(directory) : commit(directory);
    } catch (HoldfastException e) {
      throw e;
    } catch (DiskException e) {
      throw switch (e.error()) {
        case CROSSES_MOUNT, SYMLINK, NOT_DIRECTORY, NOT_FOUND ->
            new RefusedException(e.getMessage() + "; nothing was changed", e);
        default -> new RolledBackException(e.getMessage() + "; nothing was changed", e);
      };
    }
  }

  /** A source in its own target would be deleted as extra; a target in its source copied. */
  private void requireApart(AbsolutePath directory) throws RefusedException {
    AbsolutePath from = source.directory();
    if (from != null && (from.contains(directory) || directory.contains(from))) {
      throw new RefusedException(
          "the source " + from + " and the target " + directory + " contain each other");
    }
  }

  private Committed dryRun(AbsolutePath directory) throws IOException {
    target = holdfast.resolved(directory);
    requireApart(target);
    try (LiveTree live = LiveTree.open(disk(holdfast), target)) {
      tree = live;
      compareAll();
      List<Change> sorted = new ArrayList<>(dryChanges);
      sorted.sort(Comparator.comparing(Change::path));
      return new Committed(OptionalLong.empty(), sorted.size(), sorted, 0, 0, allNotes());
    }
  }

  private Committed commit(AbsolutePath directory) throws IOException {
    AbsolutePath resolved = holdfast.resolved(directory);
    requireApart(resolved);
    boolean known = holdfast.engine().registry().control(resolved).isPresent();
    Root root = holdfast.root(directory);
    try {
      return commit(root);
    } catch (InDoubtException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (!known) {
        forget(root, e);
      }
      throw e;
    }
  }

  /** An update that was refused changes nothing, the list of roots included. */
  private void forget(Root root, Exception failure) {
    try {
      new RootCare(holdfast.engine()).forgetUnused(root.path());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private Committed commit(Root root) throws IOException {
    target = root.path();
    recoverFirst();
    try (Transaction transaction = holdfast.begin(options.transaction(), root)) {
      changes = transaction.context().look(root);
      tree = changes.tree();
      compareAll();
      progress.advanced(Phase.MAKING_DURABLE, 0, 0);
      Committed done = transaction.commit();
      List<String> all = new ArrayList<>(done.notes());
      all.addAll(allNotes());
      return new Committed(
          done.sequence(),
          done.operations(),
          done.changes(),
          done.exposureMicros(),
          done.renames(),
          all);
    }
  }

  /** What a crash left is not to be compared with the source. */
  private void recoverFirst() throws IOException {
    RecoveryReport report = holdfast.recover(List.of(target), false);
    if (report.isUnresolved()) {
      throw new InDoubtException(
          String.join("; ", report.findings().stream().map(RecoveryReport.Finding::text).toList()),
          null);
    }
  }

  /** Stages what differs in a transaction that somebody else commits; returns what to know. */
  List<String> stageIn(Transaction transaction, Root root) throws IOException {
    target = root.path();
    changes = transaction.context().look(root);
    tree = changes.tree();
    compareAll();
    return allNotes();
  }

  private List<String> allNotes() {
    List<String> all = new ArrayList<>(notes);
    all.addAll(source.notes());
    settable.leftOut().ifPresent(all::add);
    return all;
  }

  private LiveTree tree() {
    if (tree == null) {
      throw new IllegalStateException("no tree yet");
    }
    return tree;
  }

  /** What the root's settings leave out comes after what this update was told. */
  private void readRootExcludes() throws IOException {
    if (holdfast.engine().registry().control(target).isEmpty()) {
      return;
    }
    try (ControlDirectory control = holdfast.engine().control(target)) {
      List<ByteString> patterns = new ArrayList<>(options.excludes());
      List<ByteString> more = RootSettings.of(control).excludes();
      patterns.addAll(more);
      rootExcludes = more.isEmpty() ? Excludes.NONE : Excludes.of(patterns);
      excludes = Excludes.of(patterns);
    }
  }

  private void compareAll() throws IOException {
    readRootExcludes();
    for (TreeSource.Item item = source.next(); item != null; item = source.next()) {
      holdfast.engine().checkCancelled();
      if (!rootExcludes.covers(item.path(), item.facts().type() == FileType.DIRECTORY)) {
        update(item);
      }
      progress.advanced(Phase.STAGING, ++entries, bytes);
    }
    for (RelativePath path : source.withdrawn()) {
      withdraw(path);
    }
    if (!options.keepExtra()) {
      deleteExtra();
    }
    for (RelativePath path : source.deleted()) {
      delete(path);
    }
  }

  private void withdraw(RelativePath path) throws IOException {
    fates.keySet().stream().filter(path::contains).toList().forEach(fates::remove);
    if (changes != null) {
      changes.revert(path);
    } else {
      dryChanges.removeIf(change -> path.contains(change.path()));
    }
  }

  // ---- one entry -------------------------------------------------------------------------------

  private void update(TreeSource.Item item) throws IOException {
    RelativePath path = item.path();
    Facts facts = wanted(item).orElse(null);
    if (facts == null) {
      fates.put(path, Fate.LEFT_OUT);
      return;
    }
    Live live = live(path);
    if (live != null && live.stat().type() == FileType.SOCKET) {
      throw new ConflictException(
          target.resolve(path) + " is a socket, which no transaction touches; nothing was changed",
          List.of(target.resolve(path).toString()));
    }
    RelativePath first = facts.hardlink();
    if (first != null && facts.type() != FileType.DIRECTORY) {
      updateLink(path, first, live);
    } else if (facts.type() == FileType.DIRECTORY) {
      updateDirectory(item, path, facts, live);
    } else {
      updateEntry(item, path, facts, live);
    }
  }

  /** A live entry, as far as the transaction has not changed it. */
  private record Live(Stat stat, Facts facts) {}

  private @Nullable Live live(RelativePath path) throws IOException {
    if (changes == null) {
      Stat stat = tree().stat(path).orElse(null);
      return stat == null ? null : new Live(stat, tree().facts(path, stat));
    }
    Seen seen = changes.lookLive(path).orElse(null);
    return seen == null ? null : new Live(seen.requireStat(), seen.requireFacts());
  }

  /** What the source wants, as far as this user and the options let it. */
  private Optional<Facts> wanted(TreeSource.Item item) throws IOException {
    Facts facts = item.facts();
    ApplyOptions.Owner owner = options.owner();
    if (owner != null) {
      facts =
          facts.withOwner(
              owner.uid() < 0 ? facts.uid() : owner.uid(),
              owner.gid() < 0 ? facts.gid() : owner.gid());
    }
    if (!options.times()) {
      Optional<Stat> present = tree().stat(item.path());
      facts =
          facts.withModified(
              present.isPresent() && present.get().type() == facts.type()
                  ? present.get().modified()
                  : holdfast.engine().environment().clock().instant());
    }
    return settable.of(item.path(), facts);
  }

  private void updateDirectory(
      TreeSource.Item item, RelativePath path, Facts facts, @Nullable Live live)
      throws IOException {
    boolean again = fates.containsKey(path);
    if (live == null || live.stat().type() != FileType.DIRECTORY) {
      if (again && fates.get(path) == Fate.STAGED) {
        if (changes != null && !item.isImplied()) {
          changes.setFacts(path, facts);
        }
        return;
      }
      stageNode(path, facts, live);
      return;
    }
    fates.put(path, Fate.ENTERED);
    if (item.isImplied()) {
      return;
    }
    if (comparison.sameMetadata(facts, live.facts())) {
      if (changes != null && options.times()) {
        changes.setDirectoryTime(path, facts.modified());
      }
    } else {
      keep(path, facts, live);
    }
  }

  private void updateEntry(
      TreeSource.Item item, RelativePath path, Facts facts, @Nullable Live live)
      throws IOException {
    if (live == null || live.facts().type() != facts.type()) {
      stage(item, path, facts, live);
      return;
    }
    if (isShared(path, live)) {
      // Another path of the source keeps this inode, and they are not one inode there.
      stage(item, path, facts, live);
      return;
    }
    if (facts.type() == FileType.FILE
        && comparison.bytes(facts, live.facts()) == Comparison.Bytes.UNKNOWN) {
      updateByBytes(item, path, facts, live);
      return;
    }
    Difference difference = comparison.of(facts, live.facts(), () -> true);
    switch (difference) {
      case NONE -> claim(path, live);
      case METADATA -> {
        claim(path, live);
        keep(path, facts, live);
      }
      case CONTENT, TYPE -> stage(item, path, facts, live);
    }
  }

  private void updateByBytes(TreeSource.Item item, RelativePath path, Facts facts, Live live)
      throws IOException {
    if (changes != null) {
      // What is written from here on must not get the source's time, which would hide it.
      changes.watch(path);
    }
    boolean same;
    Place place = tree().place(path);
    try (DiskFile file = place.directory().openToRead(place.name())) {
      if (changes == null) {
        same = item.sameBytes(file, copier);
      } else {
        same = !stageUnlessSame(item, path, file);
      }
    }
    if (!same) {
      if (changes == null) {
        dry(Kind.MODIFIED, path);
      }
      return;
    }
    claim(path, live);
    if (!comparison.sameMetadata(facts, live.facts())) {
      keep(path, facts, live);
    }
  }

  /** Compares while reading the source once; returns whether something was staged. */
  private boolean stageUnlessSame(TreeSource.Item item, RelativePath path, DiskFile file)
      throws IOException {
    RootChanges own = requireChanges();
    own.area().open();
    boolean staged =
        own.putFileUnlessSame(
            path,
            () -> wantedAfterReading(item),
            to -> item.copyUnlessSame(file, to, copier, this::copied));
    if (staged) {
      fates.put(path, Fate.STAGED);
    }
    return staged;
  }

  private void copied(long more) throws IOException {
    holdfast.engine().checkCancelled();
    bytes += more;
    progress.advanced(Phase.STAGING, entries, bytes);
  }

  private void keep(RelativePath path, Facts facts, Live live) throws IOException {
    if (changes == null) {
      dry(Kind.METADATA, path);
      return;
    }
    changes.setFacts(path, comparison.kept(facts, live.facts()), live.stat());
  }

  private void stage(TreeSource.Item item, RelativePath path, Facts facts, @Nullable Live live)
      throws IOException {
    if (facts.type() != FileType.FILE) {
      stageNode(path, facts, live);
      return;
    }
    emptyDirectory(path, live);
    fates.put(path, Fate.STAGED);
    if (changes == null) {
      dry(kind(facts, live), path);
      return;
    }
    changes.area().open();
    changes.putFile(
        path, () -> wantedAfterReading(item), file -> item.copyTo(file, copier, this::copied));
  }

  private Facts wantedAfterReading(TreeSource.Item item) {
    try {
      return wanted(item).orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void stageNode(RelativePath path, Facts facts, @Nullable Live live) throws IOException {
    emptyDirectory(path, live);
    fates.put(path, Fate.STAGED);
    if (changes == null) {
      dry(kind(facts, live), path);
    } else {
      changes.area().open();
      changes.putNode(path, facts.withHardlink(null));
    }
  }

  private static Kind kind(Facts facts, @Nullable Live live) {
    if (live == null) {
      return Kind.ADDED;
    }
    return live.facts().type() == facts.type() ? Kind.MODIFIED : Kind.TYPE;
  }

  /** A directory that becomes something else loses its contents first. */
  private void emptyDirectory(RelativePath path, @Nullable Live live) throws IOException {
    if (live == null || live.stat().type() != FileType.DIRECTORY) {
      return;
    }
    for (EntryName name : tree().directory(path).list()) {
      RelativePath child = path.resolve(name);
      if (!delete(child)) {
        throw new ConflictException(
            target.resolve(path)
                + " cannot become something else: "
                + child
                + " is excluded from the update",
            List.of(target.resolve(child).toString()));
      }
    }
  }

  private RootChanges requireChanges() {
    if (changes == null) {
      throw new IllegalStateException("a dry run stages nothing");
    }
    return changes;
  }

  private void dry(Kind kind, RelativePath path) {
    fates.putIfAbsent(path, kind == Kind.METADATA ? Fate.KEPT : Fate.STAGED);
    dryChanges.add(new Change(kind, target, path, null));
  }

  // ---- hard links ------------------------------------------------------------------------------

  private boolean isShared(RelativePath path, Live live) {
    RelativePath keeper = keptInodes.get(live.stat().inode());
    return live.stat().links() > 1 && keeper != null && !keeper.equals(path);
  }

  private void claim(RelativePath path, Live live) {
    fates.put(path, Fate.KEPT);
    if (live.stat().links() > 1) {
      keptInodes.putIfAbsent(live.stat().inode(), path);
    }
  }

  private void updateLink(RelativePath path, RelativePath first, @Nullable Live live)
      throws IOException {
    Fate firstFate = fates.get(first);
    if (firstFate == Fate.LEFT_OUT || firstFate == null) {
      if (rootExcludes.covers(first, false)) {
        notes.add(
            target.resolve(path)
                + " was left out: in the source it is one file with "
                + first
                + ", which the root's settings exclude");
      }
      fates.put(path, Fate.LEFT_OUT);
      return;
    }
    if (firstFate == Fate.KEPT) {
      Stat kept = tree().stat(first).orElse(null);
      if (kept == null) {
        throw ConflictException.changedMeanwhile(target.resolve(first));
      }
      if (live != null && live.stat().isSameInode(kept)) {
        fates.put(path, Fate.KEPT);
        keptLinks.computeIfAbsent(first, _ -> new ArrayList<>()).add(path);
        return;
      }
      restage(first);
    }
    emptyDirectory(path, live);
    fates.put(path, Fate.STAGED);
    if (changes == null) {
      dryChanges.add(new Change(live == null ? Kind.ADDED : Kind.MODIFIED, target, path, null));
    } else {
      changes.area().open();
      changes.putLink(path, first);
    }
  }

  /**
   * Stages a file anew that could have been kept, because another name is to be linked to it, and
   * links the names to it again that had been kept with it.
   */
  private void restage(RelativePath first) throws IOException {
    restageFile(first);
    for (RelativePath path : keptLinks.getOrDefault(first, List.of())) {
      fates.put(path, Fate.STAGED);
      if (changes == null) {
        dryChanges.add(new Change(Kind.MODIFIED, target, path, null));
      } else {
        changes.putLink(path, first);
      }
    }
  }

  private void restageFile(RelativePath first) throws IOException {
    fates.put(first, Fate.STAGED);
    if (changes == null) {
      dryChanges.removeIf(change -> change.path().equals(first));
      dryChanges.add(new Change(Kind.MODIFIED, target, first, null));
      return;
    }
    Facts facts = changes.requireFacts(first);
    if (facts.type() == FileType.FILE) {
      try (DiskFile file = changes.openToRead(first)) {
        RootChanges own = changes;
        own.area().open();
        own.putFile(first, facts, staged -> copier.copy(file, staged, this::copied));
      }
    } else {
      changes.area().open();
      changes.putNode(first, facts);
    }
  }

  // ---- what the source does not have -----------------------------------------------------------

  private void deleteExtra() throws IOException {
    if (fates.get(RelativePath.EMPTY) != Fate.ENTERED) {
      return;
    }
    Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
    while (!open.isEmpty()) {
      RelativePath directory = open.pop();
      for (EntryName name : tree().directory(directory).list()) {
        RelativePath path = directory.resolve(name);
        Fate fate = fates.get(path);
        if (fate == null) {
          if (!isLeft(path)) {
            delete(path);
          }
        } else if (fate == Fate.ENTERED && tree().stat(path).map(Stat::isDirectory).orElse(false)) {
          open.push(path);
        }
      }
      progress.advanced(Phase.COMPARING, ++entries, bytes);
    }
  }

  private boolean isLeft(RelativePath path) throws IOException {
    Place place = tree().place(path);
    Stat stat = place.stat().orElse(null);
    return stat == null
        || excludes.excludes(path, stat.isDirectory())
        || Untouchable.is(place.directory(), place.name(), stat);
  }

  /**
   * Deletes a live entry with all that is in it but what is excluded.
   *
   * @return whether nothing of it stays
   */
  private boolean delete(RelativePath path) throws IOException {
    Place place = tree().place(path);
    Stat stat = place.stat().orElse(null);
    if (stat == null) {
      return true;
    }
    if (excludes.excludes(path, stat.isDirectory())) {
      return false;
    }
    if (Untouchable.is(place.directory(), place.name(), stat)) {
      InUse.requireUnused(tree(), path, stat);
    }
    if (stat.isDirectory()) {
      boolean empty = true;
      for (EntryName name : tree().directory(path).list()) {
        empty &= delete(path.resolve(name));
      }
      if (!empty) {
        notes.add(target.resolve(path) + " stays: it holds what is excluded from the update");
        return false;
      }
    }
    if (changes == null) {
      dry(Kind.DELETED, path);
    } else {
      changes.area().open();
      changes.delete(path);
    }
    return true;
  }
}
