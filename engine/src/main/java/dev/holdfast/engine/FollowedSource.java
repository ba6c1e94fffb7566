package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.control.Following;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Of a stock directory what a live one is to take over: paths that were changed there and not here.
 * What both changed comes under another name, beside the local one. Hard links come as files.
 */
final class FollowedSource implements TreeSource {
  private static final byte[] SUFFIX = ".holdfast-new".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_NAME = 255;

  private final TreeSource stock;
  private final LiveTree stockTree;
  private final LiveTree live;
  private final Fingerprint fingerprint;
  private final Following following;
  private final SortedMap<RelativePath, String> base;
  private final SortedMap<RelativePath, String> unsure;
  private final Conflicts mode;
  private final SortedMap<RelativePath, String> next = new TreeMap<>();
  private final Set<RelativePath> leftAlone = new HashSet<>();
  private final TreeSet<RelativePath> deleted = new TreeSet<>();
  private final List<String> conflicts = new ArrayList<>();

  FollowedSource(
      TreeSource stock,
      LiveTree stockTree,
      LiveTree live,
      Fingerprint fingerprint,
      Following following,
      Conflicts mode)
      throws IOException {
    this.stock = stock;
    this.stockTree = stockTree;
    this.live = live;
    this.fingerprint = fingerprint;
    this.following = following;
    this.base = following.base();
    this.unsure = following.unsure();
    this.mode = mode;
  }

  /** Returns what was changed on both sides, and what was done; complete after the last entry. */
  List<String> conflicts() {
    return conflicts;
  }

  @Override
  public @Nullable Item next() throws IOException {
    for (Item item = stock.next(); item != null; item = stock.next()) {
      Item chosen = choose(item);
      if (chosen != null) {
        return chosen;
      }
    }
    chooseDeletions();
    following.prepare(next);
    return null;
  }

  private @Nullable Item choose(Item item) throws IOException {
    RelativePath path = item.path();
    String wanted = fingerprint.of(stockTree, path);
    if (wanted == null) {
      return null; // It has just gone; the next update will see.
    }
    next.put(path, wanted);
    boolean stockChanged = !wanted.equals(base.get(path));
    if (leftAlone.contains(path.isEmpty() ? path : path.parent())) {
      leftAlone.add(path);
      if (stockChanged) {
        conflicts.add(
            live.path().resolve(path) + ": new in the stock, but its directory is gone here");
      }
      return null;
    }
    String present = fingerprint.of(live, path);
    if (wanted.equals(present)) {
      return null;
    }
    boolean directoryMissing = Fingerprint.isDirectory(wanted) && !Fingerprint.isDirectory(present);
    if (stockChanged && isUnchangedHere(path, present)) {
      return new Plain(item, path);
    }
    if (stockChanged && mode == Conflicts.TAKE) {
      conflicts.add(live.path().resolve(path) + ": changed on both sides; the stock's was taken");
      return new Plain(item, path);
    }
    if (directoryMissing) {
      leftAlone.add(path);
    }
    if (!stockChanged) {
      return null;
    }
    RelativePath beside = Fingerprint.isDirectory(wanted) ? null : beside(path);
    conflicts.add(
        live.path().resolve(path)
            + (beside == null
                ? ": changed on both sides; the local one was kept"
                : ": changed on both sides; the stock's is beside it, as " + beside.name()));
    return beside == null ? null : new Plain(item, beside);
  }

  private boolean isUnchangedHere(RelativePath path, @Nullable String present) {
    return Objects.equals(present, base.get(path))
        || (unsure.containsKey(path) && Objects.equals(present, unsure.get(path)));
  }

  private static @Nullable RelativePath beside(RelativePath path) {
    byte[] name = path.name().bytes();
    if (name.length + SUFFIX.length > LONGEST_NAME) {
      return null;
    }
    byte[] longer = Arrays.copyOf(name, name.length + SUFFIX.length);
    System.arraycopy(SUFFIX, 0, longer, name.length, SUFFIX.length);
    return path.parent().resolve(EntryName.of(longer));
  }

  private void chooseDeletions() throws IOException {
    TreeSet<RelativePath> gone = new TreeSet<>(base.keySet());
    gone.addAll(unsure.keySet());
    gone.removeAll(next.keySet());
    for (RelativePath path : gone.descendingSet()) {
      String present = isReachable(path) ? fingerprint.of(live, path) : null;
      if (present == null) {
        continue;
      }
      if (Fingerprint.isDirectory(present)) {
        if (live.directory(path).list().stream()
            .allMatch(name -> deleted.contains(path.resolve(name)))) {
          deleted.add(path);
        }
      } else if (isUnchangedHere(path, present) || mode == Conflicts.TAKE) {
        deleted.add(path);
      } else if (base.containsKey(path)) {
        conflicts.add(
            live.path().resolve(path) + ": deleted in the stock, changed here; it was kept");
      }
    }
  }

  /** Directories on the way may be gone, or be something else now. */
  private boolean isReachable(RelativePath path) throws IOException {
    if (path.isEmpty()) {
      return true;
    }
    return isReachable(path.parent())
        && live.stat(path.parent()).map(stat -> stat.isDirectory()).orElse(false);
  }

  @Override
  public List<RelativePath> deleted() {
    // A directory takes with it what is in it.
    return deleted.stream()
        .filter(path -> path.isEmpty() || !deleted.contains(path.parent()))
        .toList();
  }

  @Override
  public boolean isRereadable() {
    return stock.isRereadable();
  }

  @Override
  public Set<RelativePath> withdrawn() {
    return stock.withdrawn();
  }

  @Override
  public List<String> notes() {
    return stock.notes();
  }

  @Override
  public @Nullable AbsolutePath directory() {
    return stock.directory();
  }

  @Override
  public String name() {
    return stock.name();
  }

  @Override
  public void close() {
    stockTree.close();
    live.close();
    stock.close();
  }

  /** An entry of the stock, perhaps under another name, and no hard link of another one. */
  private record Plain(Item item, RelativePath path) implements Item {
    @Override
    public Facts facts() {
      return item.facts().withHardlink(null);
    }

    @Override
    public boolean sameBytes(DiskFile other, ContentCopier copier) throws IOException {
      return item.sameBytes(other, copier);
    }

    @Override
    public Copied copyTo(DiskFile to, ContentCopier copier, ContentCopier.Progress progress)
        throws IOException {
      return item.copyTo(to, copier, progress);
    }
  }
}
