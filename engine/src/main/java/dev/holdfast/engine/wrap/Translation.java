package dev.holdfast.engine.wrap;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.Untouchable;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.staging.RootChanges.View;
import dev.holdfast.engine.tree.AttributeWriter;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a layer's contents changes of a transaction, as the command would have made them in the
 * live tree itself. What it costs follows the layer, not the tree, but for one thing: where a
 * command wrote into a file with several names, and not all of them are in the layer, the tree is
 * walked for the others.
 *
 * <p>Entries are given a second name in the staging area, so the layer stays as it is. Several
 * layers of one root are translated one after the other. Not safe for several threads.
 */
public final class Translation {
  private static final int OWNER_READS = 0400;
  private static final int OWNER_ENTERS = 0700;

  /** Those whose file handles {@link OverlayAttributes#inode} can tell the inode from. */
  private static final Set<String> KNOWN_HANDLES =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs");

  private final RootChanges changes;
  private final LiveTree tree;
  private final Directory control;
  private final Instant since;
  private final UseCheck unused;
  private final Progress progress;
  private final ContentCopier copier = new ContentCopier();
  private final List<String> notes = new ArrayList<>();
  private final Set<RelativePath> conflicts = new HashSet<>();
  private final boolean privileged;
  private final OverlayAttributes.Prefix prefix;
  private final Map<Long, Integer> modes = new HashMap<>();
  private final Map<RelativePath, Long> completed = new HashMap<>();
  private final boolean knowsOrigins;

  /** What the layers have that were translated: paths, and the numbers of their inodes. */
  private final Set<RelativePath> earlier = new HashSet<>();

  private final Set<Long> earlierInodes = new HashSet<>();

  /** Makes sure that a live entry that no transaction touches may go with its parent. */
  @FunctionalInterface
  public interface UseCheck {
    /** Throws if a program uses it. */
    void requireUnused(LiveTree tree, RelativePath path, Stat stat) throws IOException;
  }

  /**
   * Creates the translation for one root.
   *
   * @param control the root's control directory
   * @param privileged whether this is root
   * @param since a live entry that was changed from this instant on was changed by somebody else
   */
  public Translation(
      RootChanges changes,
      Directory control,
      boolean privileged,
      Instant since,
      UseCheck unused,
      Progress progress)
      throws DiskException {
    this.control = control;
    this.privileged = privileged;
    this.prefix = OverlayAttributes.Prefix.of(privileged);
    this.changes = changes;
    this.tree = changes.tree();
    tree.forget(RelativePath.EMPTY); // handles of before stay with what was moved away since
    this.knowsOrigins =
        KNOWN_HANDLES.contains(tree.directory(RelativePath.EMPTY).fileSystem().type());
    this.since = since;
    this.unused = unused;
    this.progress = progress;
  }

  /** Returns what the user should know: things that were left out. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Translates a layer on top of those that were translated before. */
  public void translate(Layer layer) throws IOException {
    new Walk(layer).run();
    if (!conflicts.isEmpty()) {
      List<String> paths = conflicts.stream().sorted().map(path -> place(path).toString()).toList();
      throw new ConflictException(
          "changed by somebody else since the transaction began: "
              + String.join(", ", paths)
              + "; nothing was changed",
          paths);
    }
  }

  /**
   * Gives files of a layer that live on under names which the layer lacks these names in it, so
   * that a command which works on top of it sees one file, not two. The layers below it have been
   * translated.
   */
  public void completeLinks(Layer layer) throws IOException {
    new Walk(layer).completeLinks();
  }

  /**
   * Keeps what is to be known of a layer that is about to be sealed, whose links are complete. Not
   * durable yet.
   */
  public void record(Layer layer) throws IOException {
    new Walk(layer).record();
  }

  /** Gives a sealed layer the modes that a crash may have kept from it. */
  public void restoreModes(Layer layer) throws IOException {
    if (!privileged) {
      new Walk(layer).restoreModes();
    }
  }

  private AbsolutePath place(RelativePath path) {
    return tree.path().resolve(path);
  }

  /** What a layer has at a path. */
  private record Found(Place place, Stat stat, Facts facts, OverlayAttributes attributes) {}

  /** A deleted live entry, as far as a new one may turn out to be the same. */
  private record Deleted(RelativePath path, Stat stat) {}

  /** The same kind of inode, size and time: worth a closer look. */
  private record Likeness(FileType type, long size, Instant modified) {
    static Likeness of(Stat stat) {
      return new Likeness(stat.type(), stat.isFile() ? stat.size() : 0, stat.modified());
    }
  }

  /** One layer's translation. */
  private final class Walk {
    private final Layer layer;
    private final LayerRecord record;
    private final Map<Long, Long> copiedLinks;
    private final boolean copiedLinksAreKnown;
    private final Map<Long, List<RelativePath>> groups = new TreeMap<>();
    private final List<RelativePath> whiteouts = new ArrayList<>();
    private final Map<Likeness, List<Deleted>> deleted = new HashMap<>();
    private final Set<RelativePath> done = new HashSet<>();
    private final Deque<RelativePath> unlocked = new ArrayDeque<>();
    private final Set<RelativePath> present = new HashSet<>();
    private final Set<Long> inodes = new HashSet<>();
    private final Set<RelativePath> opaque = new HashSet<>();
    private @Nullable Map<Long, Integer> hidden;

    Walk(Layer layer) throws IOException {
      this.layer = layer;
      this.record = layer.kept();
      this.copiedLinks = layer.copiedLinks();
      try (Directory index = layer.index()) {
        this.copiedLinksAreKnown = index != null;
      }
    }

    void run() throws IOException {
      try {
        unlock(RelativePath.EMPTY, layer.upper());
        translate();
      } finally {
        lock();
      }
      earlier.addAll(present);
      earlierInodes.addAll(inodes);
    }

    private void translate() throws IOException {
      inodes.add(layer.upper().stat().inode());
      if (!requireOrigin(RelativePath.EMPTY, read(layer.upper()))) {
        return;
      }
      survey(RelativePath.EMPTY, layer.upper());
      for (RelativePath path : whiteouts) {
        surveyDeleted(path);
      }
      if (!deleted.isEmpty()) {
        findMoves(RelativePath.EMPTY, layer.upper());
      }
      linkGroups();
      directory(RelativePath.EMPTY, layer.upper(), read(layer.upper()));
    }

    // ---- permissions ---------------------------------------------------------------------------

    /** Whoever is not root may not even read what is his own, unless he lets himself. */
    private void unlock(RelativePath path, Directory upper) throws DiskException {
      if (privileged) {
        return;
      }
      for (EntryName name : upper.list()) {
        Stat stat = upper.stat(name).orElseThrow();
        int needed =
            switch (stat.type()) {
              case DIRECTORY -> OWNER_ENTERS;
              case FILE -> OWNER_READS;
              case SYMLINK, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> 0;
            };
        RelativePath child = path.resolve(name);
        // A crash may have left it as we needed it.
        int mode = record.modes().getOrDefault(stat.inode(), stat.mode());
        if ((mode & needed) != needed) {
          modes.putIfAbsent(stat.inode(), mode);
          unlocked.push(child);
          if (stat.mode() != (mode | needed)) {
            setMode(upper, name, mode | needed);
          }
        }
        if (stat.isDirectory()) {
          try (Directory below = upper.directory(name)) {
            unlock(child, below);
          }
        }
      }
    }

    private void lock() throws DiskException {
      while (!unlocked.isEmpty()) {
        RelativePath path = unlocked.pop();
        try (Directory parent = openParent(path)) {
          Stat stat = parent.stat(path.name()).orElseThrow();
          setMode(parent, path.name(), modes.getOrDefault(stat.inode(), stat.mode()));
        }
      }
    }

    // ---- survey --------------------------------------------------------------------------------

    private void survey(RelativePath path, Directory upper) throws IOException {
      for (EntryName name : upper.list()) {
        if (name.equals(ControlDirectory.NAME)) {
          continue;
        }
        RelativePath child = path.resolve(name);
        Stat stat = upper.stat(name).orElseThrow();
        present.add(child);
        if (OverlayAttributes.isWhiteout(stat)) {
          whiteouts.add(child);
          continue;
        }
        inodes.add(stat.inode());
        if (stat.isDirectory()) {
          if (readAttributes(upper, name).opaque()) {
            opaque.add(child);
          }
          try (Directory below = upper.directory(name)) {
            survey(child, below);
          }
        } else if (stat.links() > 1 || copiedLinks.containsKey(stat.inode())) {
          groups.computeIfAbsent(stat.inode(), _ -> new ArrayList<>()).add(child);
        }
      }
    }

    private void surveyDeleted(RelativePath path) throws IOException {
      if (!(changes.view(path) instanceof View.Live(RelativePath live, Stat stat, Facts facts))
          || facts != null
          || !live.equals(path)) {
        return;
      }
      Place place = tree.place(path);
      if (Untouchable.is(place.directory(), place.name(), stat)) {
        return;
      }
      if (stat.isDirectory() || stat.links() == 1) {
        deleted
            .computeIfAbsent(Likeness.of(stat), _ -> new ArrayList<>())
            .add(new Deleted(path, stat));
      }
      if (stat.isDirectory()) {
        for (EntryName name : changes.list(path)) {
          surveyDeleted(path.resolve(name));
        }
      }
    }

    // ---- where it was copied from --------------------------------------------------------------

    void restoreModes() throws DiskException {
      try {
        unlock(RelativePath.EMPTY, layer.upper());
      } finally {
        lock();
      }
    }

    void record() throws IOException {
      Map<Long, Long> origins = new HashMap<>();
      try {
        unlock(RelativePath.EMPTY, layer.upper());
        collectOrigins(layer.upper(), origins);
      } finally {
        lock();
      }
      layer.keep(new LayerRecord(modes, origins, completed));
    }

    private void collectOrigins(Directory upper, Map<Long, Long> origins) throws IOException {
      for (EntryName name : upper.list()) {
        Stat stat = upper.stat(name).orElseThrow();
        if (OverlayAttributes.isWhiteout(stat)) {
          continue;
        }
        readAttributes(upper, name)
            .originInode()
            .ifPresent(origin -> origins.put(stat.inode(), origin));
        if (stat.isDirectory()) {
          try (Directory below = upper.directory(name)) {
            collectOrigins(below, origins);
          }
        }
      }
    }

    private OptionalLong origin(Found found) {
      Long recorded = record.origins().get(found.stat().inode());
      return recorded == null ? found.attributes().originInode() : OptionalLong.of(recorded);
    }

    /**
     * Makes sure that what the command changed is still where it found it: what others deleted or
     * moved away must not come back, and what they put in its place must not go.
     */
    private boolean requireOrigin(RelativePath path, Found found) throws IOException {
      if (!knowsOrigins || earlier.contains(path)) {
        return true;
      }
      Stat live = tree.stat(path).orElse(null);
      Long expected = record.live().get(path);
      if (expected != null && (live == null || live.inode() != expected)) {
        conflicts.add(path);
        return false;
      }
      OptionalLong origin = origin(found);
      if (origin.isEmpty() || found.attributes().opaque()) {
        return true;
      }
      long inode = origin.getAsLong();
      // A number may be another inode's by now, but not one that was born after the copy.
      boolean isThere =
          live != null && live.inode() == inode && !live.born().isAfter(found.stat().born());
      if (!isThere
          && !earlierInodes.contains(inode)
          && (found.stat().isDirectory() || !hidden().containsKey(inode))) {
        conflicts.add(path);
        return false;
      }
      return true;
    }

    /**
     * Returns the live inodes that the layer hides, and how many names of each: what it has of
     * them, it may have elsewhere.
     */
    private Map<Long, Integer> hidden() throws IOException {
      if (hidden == null) {
        hidden = new HashMap<>();
        for (RelativePath path : present) {
          Stat stat = tree.stat(path).orElse(null);
          if (stat == null || (!stat.isDirectory() && isForeign(stat))) {
            continue; // a new file may have the number of one that is gone
          }
          if (!stat.isDirectory()) {
            hidden.merge(stat.inode(), 1, Integer::sum);
          } else if (opaque.contains(path) || !isDirectoryInLayer(path)) {
            hideBelow(path, hidden);
          }
        }
      }
      return hidden;
    }

    private void hideBelow(RelativePath path, Map<Long, Integer> inodes) throws IOException {
      Directory directory = tree.directory(path);
      for (EntryName name : directory.list()) {
        Stat stat = directory.stat(name).orElse(null);
        if (stat != null && stat.isDirectory()) {
          hideBelow(path.resolve(name), inodes);
        } else if (stat != null && !isForeign(stat)) {
          inodes.merge(stat.inode(), 1, Integer::sum);
        }
      }
    }

    /**
     * Says so if a file that was written into has names that are not in this root: they keep what
     * it was.
     *
     * @param names how many of its live names are known
     */
    private void noteOutside(RelativePath path, Stat live, int names) throws IOException {
      long known = Math.max(names, hidden().getOrDefault(live.inode(), 0));
      if (live.links() > known && live.links() > known + countBelow(control, live)) {
        notes.add(
            place(path)
                + " has names outside of "
                + tree.path()
                + ", which keep what it was before it was written into");
      }
    }

    // ---- moves ---------------------------------------------------------------------------------

    /** Looks for new entries that are deleted ones under another name. */
    private void findMoves(RelativePath path, Directory upper) throws IOException {
      for (EntryName name : upper.list()) {
        RelativePath child = path.resolve(name);
        Stat stat = upper.stat(name).orElseThrow();
        if (name.equals(ControlDirectory.NAME)
            || OverlayAttributes.isWhiteout(stat)
            || stat.type() == FileType.SOCKET) {
          continue;
        }
        boolean isNew = changes.view(child) instanceof View.Nothing;
        if (isNew && (stat.isDirectory() || stat.links() == 1) && move(child, upper, name, stat)) {
          done.add(child);
        } else if (stat.isDirectory() && !isNew) {
          try (Directory below = upper.directory(name)) {
            findMoves(child, below);
          }
        }
      }
    }

    private boolean move(RelativePath to, Directory upper, EntryName name, Stat stat)
        throws IOException {
      for (Deleted candidate : deleted.getOrDefault(Likeness.of(stat), List.of())) {
        RelativePath from = candidate.path();
        boolean isTaken =
            done.stream().anyMatch(path -> path.contains(from) || from.contains(path));
        if (isTaken || isForeign(candidate.stat()) || !isSame(from, upper, name)) {
          continue;
        }
        if (changes.moveLive(from, to)) {
          Found found = readEntry(upper, name, stat);
          Facts live = changes.facts(to).orElseThrow();
          if (!found.facts().withDigest(null).equals(live.withDigest(null))) {
            changes.setFacts(to, found.facts());
          }
          done.add(from);
          return true;
        }
      }
      return false;
    }

    /** Returns whether a deleted live entry is a new one: a file moved, or a tree copied. */
    private boolean isSame(RelativePath from, Directory upper, EntryName name) throws IOException {
      Stat live = tree.stat(from).orElse(null);
      Stat stat = upper.stat(name).orElse(null);
      if (live == null || stat == null || !Likeness.of(live).equals(Likeness.of(stat))) {
        return false;
      }
      Place place = tree.place(from);
      if (!live.isDirectory()) {
        OptionalLong origin = origin(readEntry(upper, name, stat));
        boolean known = origin.isPresent() && origin.getAsLong() == live.inode();
        if (origin.isPresent() ? !known : stat.isFile() && stat.size() == 0) {
          return false;
        }
        return isSameContent(place, new Place(upper, name), stat);
      }
      if (Untouchable.is(place.directory(), place.name(), live)
          || !sameMetadata(tree.facts(from, live), readEntry(upper, name, stat).facts())) {
        return false;
      }
      List<EntryName> names = tree.directory(from).list();
      try (Directory below = upper.directory(name)) {
        if (!names.equals(below.list())) {
          return false;
        }
        for (EntryName each : names) {
          if (each.equals(ControlDirectory.NAME) || !isSameWhole(from.resolve(each), below, each)) {
            return false;
          }
        }
        return true;
      }
    }

    private boolean isSameWhole(RelativePath from, Directory upper, EntryName name)
        throws IOException {
      Stat live = tree.stat(from).orElse(null);
      Stat stat = upper.stat(name).orElse(null);
      if (live == null
          || stat == null
          || (!live.isDirectory() && (live.links() > 1 || stat.links() > 1))
          || isForeign(live)
          || stat.type() == FileType.SOCKET) {
        return false;
      }
      if (live.isDirectory()) {
        return isSame(from, upper, name);
      }
      return Likeness.of(live).equals(Likeness.of(stat))
          && sameMetadata(tree.facts(from, live), readEntry(upper, name, stat).facts())
          && isSameContent(tree.place(from), new Place(upper, name), stat);
    }

    // ---- files with several names --------------------------------------------------------------

    /**
     * What has several names in the layer, or had in the live tree, is one inode again: also under
     * names that the command never touched.
     */
    private void linkGroups() throws IOException {
      for (long inode : copiedLinks.keySet()) {
        groups.computeIfAbsent(inode, _ -> new ArrayList<>());
      }
      Map<Long, List<RelativePath>> liveNames = liveNames();
      for (Map.Entry<Long, List<RelativePath>> group : groups.entrySet()) {
        Long live = copiedLinks.get(group.getKey());
        List<RelativePath> names = new ArrayList<>(group.getValue());
        for (RelativePath name : liveNames.getOrDefault(live == null ? 0 : live, List.of())) {
          if (!names.contains(name) && !isShadowed(name)) {
            names.add(name);
          }
        }
        names.removeAll(done);
        Collections.sort(names);
        if (!names.isEmpty()) {
          link(
              group.getKey(),
              live,
              names,
              liveNames.getOrDefault(live == null ? 0 : live, List.of()).size());
        }
      }
    }

    void completeLinks() throws IOException {
      try {
        unlock(RelativePath.EMPTY, layer.upper());
        survey(RelativePath.EMPTY, layer.upper());
        completeSurveyed();
      } finally {
        lock();
      }
    }

    private void completeSurveyed() throws IOException {
      Map<Long, List<RelativePath>> names = liveNames();
      for (Map.Entry<Long, Long> copied : copiedLinks.entrySet()) {
        List<RelativePath> have = groups.getOrDefault(copied.getKey(), List.of());
        for (RelativePath name : names.getOrDefault(copied.getValue(), List.of())) {
          if (!have.contains(name) && !isShadowed(name)) {
            linkInLayer(copied.getKey(), have, name);
            completed.put(name, copied.getValue());
          }
        }
      }
    }

    private void linkInLayer(long inode, List<RelativePath> have, RelativePath name)
        throws IOException {
      makeInLayer(name.parent());
      try (Directory to = openParent(name)) {
        Facts directory = FactsReader.read(to);
        if (have.isEmpty()) {
          EntryName entry = layer.indexName(inode).orElse(null);
          try (Directory index = layer.index()) {
            if (index != null && entry != null) {
              index.link(entry, to, name.name());
            }
          }
        } else {
          try (Directory from = openParent(have.getFirst())) {
            from.link(have.getFirst().name(), to, name.name());
          }
        }
        to.setModified(directory.modified());
      }
    }

    private void makeInLayer(RelativePath path) throws IOException {
      if (path.isEmpty()) {
        return;
      }
      makeInLayer(path.parent());
      try (Directory parent = openParent(path)) {
        if (parent.stat(path.name()).isPresent()) {
          return;
        }
        Facts above = FactsReader.read(parent);
        if (changes.view(path) instanceof View.Live(_, Stat live, _)) {
          completed.put(path, live.inode());
        }
        parent.makeDirectory(path.name(), OWNER_ENTERS);
        try (Directory made = parent.directory(path.name())) {
          AttributeWriter.dress(made, changes.facts(path).orElseThrow());
        }
        parent.setModified(above.modified());
      }
    }

    /** Returns all live names of the inodes that have more than the layer and its deletions say. */
    private Map<Long, List<RelativePath>> liveNames() throws IOException {
      Map<Long, List<RelativePath>> known = new HashMap<>();
      Set<Long> wanted = new HashSet<>(copiedLinks.values());
      Map<Long, List<RelativePath>> staged = changes.stagedNames(wanted);
      known.putAll(staged);
      wanted.removeAll(staged.keySet());
      if (wanted.isEmpty()) {
        return known;
      }
      Map<Long, Long> counts = new HashMap<>();
      List<RelativePath> looked = new ArrayList<>(whiteouts);
      groups.values().forEach(looked::addAll);
      for (RelativePath path : looked) {
        Stat stat = tree.stat(path).orElse(null);
        if (stat != null && !stat.isDirectory() && wanted.contains(stat.inode())) {
          known.computeIfAbsent(stat.inode(), _ -> new ArrayList<>()).add(path);
          counts.put(stat.inode(), stat.links());
        }
      }
      boolean complete =
          wanted.stream()
              .allMatch(inode ->
                  known.getOrDefault(inode, List.of()).size()
                      >= counts.getOrDefault(inode, Long.MAX_VALUE));
      if (!complete) {
        known.putAll(search(wanted));
      }
      return known;
    }

    private Map<Long, List<RelativePath>> search(Set<Long> wanted) throws IOException {
      Map<Long, List<RelativePath>> found = new HashMap<>();
      long device = tree.directory(RelativePath.EMPTY).stat().device();
      Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
      while (!open.isEmpty()) {
        RelativePath path = open.pop();
        Directory directory = tree.directory(path);
        for (EntryName name : directory.list()) {
          Stat stat = directory.stat(name).orElse(null);
          if (stat == null || name.equals(ControlDirectory.NAME) || stat.device() != device) {
            continue;
          }
          if (stat.isDirectory()) {
            open.push(path.resolve(name));
          } else if (stat.links() > 1 && wanted.contains(stat.inode())) {
            found.computeIfAbsent(stat.inode(), _ -> new ArrayList<>()).add(path.resolve(name));
          }
        }
        progress.copied(0);
      }
      return found;
    }

    /** Returns whether the layer hides what is live at {@code path}. */
    private boolean isShadowed(RelativePath path) throws IOException {
      Directory current = layer.upper();
      List<Directory> opened = new ArrayList<>();
      boolean opaque = false;
      try {
        List<EntryName> names = path.names();
        for (int i = 0; i < names.size(); i++) {
          Stat stat = current.stat(names.get(i)).orElse(null);
          if (stat == null) {
            return opaque;
          }
          if (i == names.size() - 1 || !stat.isDirectory()) {
            return true;
          }
          current = current.directory(names.get(i));
          opened.add(current);
          opaque |= read(current).attributes().opaque();
        }
        return false;
      } finally {
        opened.forEach(Directory::close);
      }
    }

    private void link(long inode, @Nullable Long live, List<RelativePath> names, int liveNames)
        throws IOException {
      RelativePath named = groups.getOrDefault(inode, List.of()).stream().findFirst().orElse(null);
      Found found;
      Directory holder = null;
      try {
        if (named != null) {
          holder = openParent(named);
          found = readEntry(holder, named.name(), holder.stat(named.name()).orElseThrow());
        } else {
          holder = layer.index();
          EntryName entry = layer.indexName(inode).orElse(null);
          if (holder == null || entry == null) {
            return;
          }
          found = readEntry(holder, entry, holder.stat(entry).orElseThrow());
        }
        if (found.stat().type() == FileType.SOCKET) {
          return;
        }
        boolean isThere = true;
        for (RelativePath name : groups.getOrDefault(inode, List.of())) {
          isThere &= done.contains(name) || requireOrigin(name, found);
        }
        if (!isThere) {
          done.addAll(names);
          return;
        }
        if (isUnchanged(found, live, names)) {
          done.addAll(names);
          return;
        }
        for (RelativePath name : names) {
          Stat stat = tree.stat(name).orElse(null);
          if (stat != null && ((live != null && stat.inode() == live) || isCopyOf(found, stat))) {
            noteOutside(name, stat, liveNames);
            break;
          }
        }
        stageGroup(found, names);
      } finally {
        if (holder != null) {
          holder.close();
        }
      }
    }

    /** Where all names are those of one live inode with the same bytes, it stays. */
    private boolean isUnchanged(Found found, @Nullable Long live, List<RelativePath> names)
        throws IOException {
      Stat first = null;
      for (RelativePath name : names) {
        if (!(changes.view(name) instanceof View.Live(_, Stat stat, _))
            || stat.isDirectory()
            || (live != null && stat.inode() != live)
            || (first != null && !first.isSameInode(stat))) {
          return false;
        }
        first = stat;
      }
      if (first == null || !isSameContent(livePlace(names.getFirst()), found.place(), first)) {
        return false;
      }
      // A new inode may stand for the live one only if that has no name but these.
      if (live == null && !isCopyOf(found, first) && first.links() > names.size()) {
        return false;
      }
      Facts before = changes.facts(names.getFirst()).orElseThrow();
      if (!sameMetadata(before, found.facts())) {
        requireOurs(names.getFirst(), first);
        changes.setFacts(names.getFirst(), found.facts());
      }
      return true;
    }

    private void stageGroup(Found found, List<RelativePath> names) throws IOException {
      RelativePath first = null;
      for (RelativePath name : names) {
        if (makeParents(name)) {
          prepareSpot(name);
          if (first == null) {
            stage(name, found);
            first = name;
          } else {
            changes.putLink(name, first);
          }
          done.add(name);
        }
      }
    }

    /** New directories come first: what belongs in them is made inside them. */
    private boolean makeParents(RelativePath path) throws IOException {
      RelativePath parent = path.parent();
      if (changes.facts(parent).filter(f -> f.type() == FileType.DIRECTORY).isPresent()) {
        return true;
      }
      if (!makeParents(parent)) {
        return false;
      }
      Directory holder = openParent(parent);
      try {
        Stat stat = holder.stat(parent.name()).orElseThrow();
        prepareSpot(parent);
        changes.putDirectory(parent, readEntry(holder, parent.name(), stat).facts());
        return true;
      } finally {
        holder.close();
      }
    }

    private Directory openParent(RelativePath path) throws DiskException {
      return layer.upper().directory(path.parent());
    }

    // ---- the changes ---------------------------------------------------------------------------

    private void directory(RelativePath path, Directory upper, Found found) throws IOException {
      boolean merges =
          switch (changes.view(path)) {
            case View.Nothing() -> {
              changes.putDirectory(path, found.facts());
              yield false;
            }
            case View.Own(var staged) -> {
              boolean was = staged.facts().type() == FileType.DIRECTORY;
              if (was) {
                changes.setFacts(path, found.facts());
              } else {
                changes.putDirectory(path, found.facts());
              }
              yield was;
            }
            case View.Live(_, Stat stat, _) -> {
              if (!stat.isDirectory()) {
                requireOurs(path, stat);
                changes.putDirectory(path, found.facts());
              }
              yield stat.isDirectory();
            }
          };
      if (merges && found.attributes().opaque()) {
        if (changes.view(path) instanceof View.Live(RelativePath at, Stat stat, _)) {
          requireOurs(at, stat); // all that is in it goes
        }
        hideOthers(path, upper);
      }
      for (EntryName name : upper.list()) {
        entry(path.resolve(name), upper, name);
      }
      if (merges && changes.view(path) instanceof View.Live(_, Stat stat, _)) {
        attributes(path, stat, found.facts());
      }
    }

    private void attributes(RelativePath path, Stat stat, Facts wanted) throws IOException {
      Facts before = changes.facts(path).orElseThrow();
      if (OverlayAttributes.isAny(before.extendedAttributes(), prefix)) {
        throw new RefusedException(
            place(path) + " is a layer of another overlay; nothing was changed");
      }
      Instant time = wanted.modified();
      if (!sameMetadata(before, wanted.withModified(before.modified()))) {
        requireOurs(path, stat);
        changes.setFacts(path, wanted);
        changes.setDirectoryTime(path, time);
        return;
      }
      if (isForeign(stat)) {
        // Others changed its entries: programs watch for that, so its time never goes back.
        if (time.isBefore(since)) {
          return; // a copy of what it was; the command never set it
        }
        time = time.isBefore(stat.modified()) ? stat.modified() : time;
      }
      if (!before.modified().equals(time) && !changesEntriesOf(path)) {
        changes.setFacts(path, wanted.withModified(time));
      }
      changes.setDirectoryTime(path, time);
    }

    /** Then the directory's new time goes without saying. */
    private boolean changesEntriesOf(RelativePath path) {
      return changes.changesEntries(path);
    }

    private void hideOthers(RelativePath path, Directory upper) throws IOException {
      for (EntryName name : changes.list(path)) {
        if (upper.stat(name).isEmpty() && !name.equals(ControlDirectory.NAME)) {
          delete(path.resolve(name), true);
        }
      }
    }

    private void entry(RelativePath path, Directory upper, EntryName name) throws IOException {
      Stat stat = upper.stat(name).orElseThrow();
      progress.copied(0);
      if (name.equals(ControlDirectory.NAME)) {
        if (!OverlayAttributes.isWhiteout(stat)) {
          notes.add(place(path) + " was left out: no transaction touches that name");
        }
        return;
      }
      if (done.contains(path)) {
        return;
      }
      if (OverlayAttributes.isWhiteout(stat)) {
        delete(path, false);
      } else if (stat.type() == FileType.SOCKET) {
        notes.add(place(path) + " was left out: it is a socket");
      } else if (stat.isDirectory()) {
        if (isLeft(path, upper, name, stat)) {
          return;
        }
        Found found = readEntry(upper, name, stat);
        if (requireOrigin(path, found)) {
          prepareSpot(path);
          try (Directory below = upper.directory(name)) {
            directory(path, below, found);
          }
        }
      } else {
        Found found = readEntry(upper, name, stat);
        if (requireOrigin(path, found)) {
          file(path, found);
        }
      }
    }

    /** A supervisor's directory is left as it is, and none is made. */
    private boolean isLeft(RelativePath path, Directory upper, EntryName name, Stat stat)
        throws IOException {
      if (!Untouchable.mayBeSupervised(name)) {
        return false;
      }
      boolean live =
          changes.view(path) instanceof View.Live(RelativePath at, Stat present, _)
              && Untouchable.is(tree.place(at).directory(), at.name(), present);
      if (live) {
        return true;
      }
      if (Untouchable.is(upper, name, stat)) {
        notes.add(place(path) + " was left out: it belongs to a supervisor");
        return true;
      }
      return false;
    }

    private void file(RelativePath path, Found found) throws IOException {
      if (changes.view(path) instanceof View.Live(_, Stat live, _)
          && live.type() == found.stat().type()
          && isSameContent(livePlace(path), found.place(), live)) {
        Facts before = changes.facts(path).orElseThrow();
        boolean isSame = sameMetadata(before, found.facts());
        if (live.links() == 1 || isCopyOf(found, live)) {
          if (!isSame) {
            requireOurs(path, live);
            changes.setFacts(path, found.facts());
          }
          return;
        }
        // A new file in place of one of several names: the others have nothing to do with it.
        if (isSame && !copiedLinksAreKnown) {
          return;
        }
      }
      if (changes.view(path) instanceof View.Live(_, Stat live, _)
          && live.links() > 1
          && isCopyOf(found, live)) {
        noteOutside(path, live, 1);
      }
      noteSplit(path);
      prepareSpot(path);
      stage(path, found);
    }

    /** Returns whether overlayfs copied an entry from this live inode. */
    private boolean isCopyOf(Found found, Stat live) {
      OptionalLong origin = origin(found);
      return origin.isPresent() && origin.getAsLong() == live.inode();
    }

    /** Without its index, which needs root, overlayfs does not tell the one from the other. */
    private void noteSplit(RelativePath path) throws IOException {
      if (!copiedLinksAreKnown
          && changes.view(path) instanceof View.Live(_, Stat live, _)
          && !live.isDirectory()
          && live.links() > 1) {
        notes.add(
            place(path) + " had other names; they keep what it was, even if it was written into");
      }
    }

    /** Makes sure that what is live there may be replaced, and empties a directory. */
    private void prepareSpot(RelativePath path) throws IOException {
      if (!(changes.view(path) instanceof View.Live(RelativePath at, Stat live, _))) {
        if (changes.view(path) instanceof View.Own(var staged)
            && staged.facts().type() == FileType.DIRECTORY
            && !isDirectoryInLayer(path)) {
          empty(path);
        }
        return;
      }
      if (live.type() == FileType.SOCKET) {
        throw new ConflictException(
            place(path) + " is a socket, which no transaction touches; nothing was changed",
            List.of(place(path).toString()));
      }
      if (!live.isDirectory() || !isDirectoryInLayer(path)) {
        requireOurs(at, live);
      }
      if (!live.isDirectory()) {
        Facts facts = changes.facts(path).orElseThrow();
        if (OverlayAttributes.isAny(facts.extendedAttributes(), prefix)) {
          throw new RefusedException(
              place(path) + " is part of a layer of another overlay; nothing was changed");
        }
      } else if (!isDirectoryInLayer(path)) {
        empty(path);
      }
    }

    private boolean isDirectoryInLayer(RelativePath path) throws DiskException {
      try (Directory holder = openParent(path)) {
        return holder.stat(path.name()).map(Stat::isDirectory).orElse(false);
      }
    }

    private void empty(RelativePath path) throws IOException {
      for (EntryName name : changes.list(path)) {
        delete(path.resolve(name), true);
      }
    }

    private void stage(RelativePath path, Found found) throws IOException {
      Facts facts = found.facts();
      if (facts.type() == FileType.FILE) {
        facts = facts.withDigest(digest(found.place()));
      }
      Place place = found.place();
      try (Entry entry = place.directory().entry(place.name())) {
        OverlayAttributes.strip(entry, prefix);
      }
      changes.putEntry(path, facts, place);
    }

    /**
     * Deletes what the transaction finds at a path, with all that is in it.
     *
     * @param withParent whether the directory that holds it goes, too
     */
    private void delete(RelativePath path, boolean withParent) throws IOException {
      View view = changes.view(path);
      if (view instanceof View.Nothing || done.contains(path)) {
        return;
      }
      boolean isDirectory;
      if (view instanceof View.Live(RelativePath at, Stat stat, _)) {
        Place place = tree.place(at);
        if (Untouchable.is(place.directory(), place.name(), stat)) {
          if (!withParent) {
            notes.add(place(path) + " was left: no transaction deletes it alone");
            return;
          }
          unused.requireUnused(tree, at, stat);
        }
        isDirectory = stat.isDirectory();
        requireOurs(at, stat); // a directory, too: one of somebody else's may have come there
      } else {
        isDirectory = changes.facts(path).orElseThrow().type() == FileType.DIRECTORY;
      }
      if (isDirectory) {
        for (EntryName name : changes.list(path)) {
          delete(path.resolve(name), true);
        }
      }
      changes.delete(path);
    }
  }

  // ---- looking ---------------------------------------------------------------------------------

  private void requireOurs(RelativePath path, Stat live) {
    if (isForeign(live)) {
      conflicts.add(path);
    }
  }

  private boolean isForeign(Stat live) {
    return !live.changed().isBefore(since);
  }

  private Place livePlace(RelativePath path) throws DiskException {
    return changes.view(path) instanceof View.Live(RelativePath at, _, _)
        ? tree.place(at)
        : tree.place(path);
  }

  private static boolean sameMetadata(Facts one, Facts other) {
    return plain(one).equals(plain(other));
  }

  private static Facts plain(Facts facts) {
    return facts.withDigest(null).withHardlink(null);
  }

  /** Returns whether two entries of one type have the same bytes, target or number. */
  private boolean isSameContent(Place live, Place ours, Stat liveStat) throws IOException {
    Stat stat = ours.stat().orElse(null);
    if (stat == null || stat.type() != liveStat.type()) {
      return false;
    }
    return switch (stat.type()) {
      case FILE -> {
        if (stat.size() != liveStat.size()) {
          yield false;
        }
        try (DiskFile one = openToRead(live);
            DiskFile other = openToRead(ours)) {
          yield copier.sameBytes(one, other);
        }
      }
      case SYMLINK ->
          java.util.Arrays.equals(
              live.directory().readSymbolicLink(live.name()),
              ours.directory().readSymbolicLink(ours.name()));
      case CHARACTER_DEVICE, BLOCK_DEVICE -> stat.deviceNumber() == liveStat.deviceNumber();
      case FIFO -> true;
      case DIRECTORY, SOCKET -> false;
    };
  }

  private ContentDigest digest(Place place) throws IOException {
    try (DiskFile file = openToRead(place)) {
      return copier.hash(file, progress).digest();
    }
  }

  private static DiskFile openToRead(Place place) throws DiskException {
    return place.directory().openToRead(place.name());
  }

  /** Returns how many names an inode has in a directory and below it: those kept for an undo. */
  private static int countBelow(Directory directory, Stat inode) {
    int count = 0;
    try {
      for (EntryName name : directory.list()) {
        Stat stat = directory.stat(name).orElse(null);
        if (stat != null && stat.isDirectory()) {
          try (Directory below = directory.directory(name)) {
            count += countBelow(below, inode);
          }
        } else if (stat != null && stat.isSameInode(inode)) {
          count++;
        }
      }
    } catch (DiskException _) {
      // Somebody is at work there, and it is only for a note.
    }
    return count;
  }

  private static void setMode(Directory parent, EntryName name, int mode) throws DiskException {
    try (Entry entry = parent.entry(name)) {
      entry.setMode(mode);
    }
  }

  private OverlayAttributes readAttributes(Directory upper, EntryName name)
      throws DiskException, RefusedException {
    try (Entry entry = upper.entry(name)) {
      return OverlayAttributes.of(entry, prefix, tree.path() + "/…/" + name);
    }
  }

  private Found readEntry(Directory upper, EntryName name, Stat stat)
      throws DiskException, RefusedException {
    OverlayAttributes attributes = readAttributes(upper, name);
    SortedMap<String, dev.holdfast.journal.ByteString> other = attributes.other();
    Facts facts = FactsReader.read(upper, name, stat).withExtendedAttributes(other);
    Integer mode = modes.get(stat.inode());
    if (mode != null) {
      facts = facts.withMode(mode);
    }
    return new Found(new Place(upper, name), stat, facts, attributes);
  }

  /** Reads the layer's own directory, which stands for the root. */
  private Found read(Directory upper) throws DiskException, RefusedException {
    OverlayAttributes attributes = OverlayAttributes.of(upper, prefix, tree.path().toString());
    Facts facts = FactsReader.read(upper).withExtendedAttributes(attributes.other());
    return new Found(new Place(upper, EntryName.of("upper")), upper.stat(), facts, attributes);
  }
}
