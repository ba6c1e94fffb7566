package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.Drift.Aspect;
import dev.holdfast.engine.Progress.Phase;
import dev.holdfast.engine.RecordedTree.Entry;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.source.Untouchable;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.JournalView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares one live tree with the record. A file whose size, mtime and inode are as recorded, and
 * whose inode did not change after the transaction ended, is as it was; what else could be the same
 * is read.
 */
final class DriftScan implements AutoCloseable {
  private final Engine engine;
  private final LiveTree tree;
  private final RecordedTree recorded;
  private final boolean checksum;
  private final Progress progress;
  private final ContentCopier copier = new ContentCopier();
  private final List<Found> found = new ArrayList<>();
  private final Set<RelativePath> others = new HashSet<>();
  private long managed;
  private long unmanaged;
  private long compared;
  private long bytes;

  /**
   * One path.
   *
   * @param aspects what differs; empty where nothing does
   * @param entry what is on record; null for an unmanaged path
   * @param facts what it is now, with its digest if that was found out; null if it is missing
   * @param stat its stat; null if it is missing
   */
  record Found(
      RelativePath path,
      List<Aspect> aspects,
      @Nullable Entry entry,
      @Nullable Facts facts,
      @Nullable Stat stat) {}

  DriftScan(Engine engine, AbsolutePath root, JournalView view, boolean checksum, Progress progress)
      throws IOException {
    this.engine = engine;
    this.recorded = RecordedTree.of(view, root);
    this.tree = LiveTree.open(engine.environment().disk(), root);
    this.checksum = checksum;
    this.progress = progress;
    for (AbsolutePath other : engine.registry().roots().keySet()) {
      if (root.contains(other) && !root.equals(other)) {
        others.add(other.belowRoot().below(root.belowRoot()));
      }
    }
  }

  LiveTree tree() {
    return tree;
  }

  long managed() {
    return managed;
  }

  long unmanaged() {
    return unmanaged;
  }

  /** Compares everything at or below {@code place}, and returns what was found, by path. */
  List<Found> run(RelativePath place) throws IOException {
    Set<RelativePath> seen = new HashSet<>();
    walk(place, seen);
    for (var each : recorded.entries().entrySet()) {
      RelativePath path = each.getKey();
      if (place.contains(path) && !seen.contains(path) && !isOfAnother(path)) {
        managed++;
        found.add(new Found(path, List.of(Aspect.MISSING), each.getValue(), null, null));
      }
    }
    found.sort((a, b) -> a.path().compareTo(b.path()));
    return found;
  }

  /** A root inside this one speaks for itself. */
  private boolean isOfAnother(RelativePath path) {
    return others.stream().anyMatch(other -> other.contains(path));
  }

  private void walk(RelativePath start, Set<RelativePath> seen) throws IOException {
    Deque<RelativePath> left = new ArrayDeque<>(List.of(start));
    while (!left.isEmpty()) {
      RelativePath path = left.pop();
      Stat stat = isOfAnother(path) ? null : tree.stat(path).orElse(null);
      if (stat == null) {
        continue;
      }
      look(path, stat);
      seen.add(path);
      if (!stat.isDirectory()) {
        continue;
      }
      try {
        Directory directory = tree.directory(path);
        for (EntryName name : directory.list()) {
          Stat child = directory.stat(name).orElse(null);
          if (child != null && !Untouchable.is(directory, name, child)) {
            left.push(path.resolve(name));
          }
        }
      } catch (DiskException e) {
        if (e.error() != DiskError.CROSSES_MOUNT) {
          throw e;
        }
        others.add(path); // what is mounted there is not ours
      }
    }
  }

  private void look(RelativePath path, Stat stat) throws IOException {
    engine.checkCancelled();
    progress.advanced(Phase.COMPARING, ++compared, bytes);
    Entry entry = recorded.entries().get(path);
    if (entry == null) {
      unmanaged++;
      found.add(new Found(path, List.of(Aspect.UNMANAGED), null, null, stat));
      return;
    }
    managed++;
    Facts facts = tree.facts(path, stat);
    List<Aspect> aspects = new ArrayList<>();
    Facts was = entry.facts();
    if (facts.type() != was.type() || facts.deviceNumber() != was.deviceNumber()) {
      aspects.add(Aspect.TYPE);
    } else {
      facts = compare(path, stat, entry, facts, aspects);
    }
    found.add(new Found(path, aspects, entry, facts, stat));
  }

  /** Returns the facts, with the digest if the bytes were read. */
  private Facts compare(
      RelativePath path, Stat stat, Entry entry, Facts facts, List<Aspect> aspects)
      throws IOException {
    Facts was = entry.facts();
    Facts known = facts;
    if (facts.type() == FileType.FILE) {
      boolean sameTimes =
          facts.modified().equals(was.modified())
              && entry.identity().is(stat)
              && !stat.changed().isAfter(entry.ended());
      if (facts.size() != was.size()) {
        aspects.add(Aspect.CONTENT);
      } else if (checksum || !sameTimes) {
        ContentDigest digest = was.digest();
        known = facts.withDigest(digest(path));
        if (digest == null
            ? !facts.modified().equals(was.modified())
            : !digest.equals(known.digest())) {
          aspects.add(Aspect.CONTENT);
        }
      } else {
        known = facts.withDigest(was.digest());
      }
    }
    if (!Objects.equals(facts.link(), was.link())) {
      aspects.add(Aspect.LINK);
    }
    if (facts.mode() != was.mode()) {
      aspects.add(Aspect.MODE);
    }
    if (facts.uid() != was.uid() || facts.gid() != was.gid()) {
      aspects.add(Aspect.OWNER);
    }
    if (!facts.extendedAttributes().equals(was.extendedAttributes())) {
      aspects.add(Aspect.XATTR);
    }
    // A directory's time moves with every entry that anybody makes in it.
    if (facts.type() == FileType.FILE
        && !aspects.contains(Aspect.CONTENT)
        && !facts.modified().equals(was.modified())) {
      aspects.add(Aspect.MTIME);
    }
    return known;
  }

  /** Reads a file's bytes; what changes meanwhile is no state that could be recorded. */
  ContentDigest digest(RelativePath path) throws IOException {
    Place place = tree.place(path);
    try (DiskFile file = place.directory().openToRead(place.name())) {
      Stat before = file.stat();
      ContentDigest digest =
          copier
              .hash(
                  file,
                  more -> {
                    engine.checkCancelled();
                    bytes += more;
                    progress.advanced(Phase.COMPARING, compared, bytes);
                  })
              .digest();
      if (!file.stat().changed().equals(before.changed())) {
        throw ConflictException.changedMeanwhile(tree.path().resolve(path));
      }
      return digest;
    }
  }

  @Override
  public void close() {
    tree.close();
  }
}
