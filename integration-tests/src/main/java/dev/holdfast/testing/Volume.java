package dev.holdfast.testing;

import dev.holdfast.testing.ContentChange.Write;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One file system at one moment: what processes see of it (the cache), what its device has (the
 * durable image), and the changes between the two, in order. Immutable.
 *
 * <p>A change goes to the cache and to the pending list. A barrier takes what it covers from the
 * list into the durable image. A barrier that fails takes it from the list into nothing: the cache
 * still shows it, and no later barrier brings it back.
 */
final class Volume {
  private final VolumeFacts facts;
  private final CrashModel model;
  private final Image cache;
  private final Image durable;
  private final @Nullable Pending pending;
  private final InodeNumbers numbers;

  /** Whether something was lost: the durable image can no longer catch up with the cache. */
  private final boolean diverged;

  private Volume(
      VolumeFacts facts,
      CrashModel model,
      Image cache,
      Image durable,
      @Nullable Pending pending,
      InodeNumbers numbers,
      boolean diverged) {
    this.facts = facts;
    this.model = model;
    this.cache = cache;
    this.durable = durable;
    this.pending = pending;
    this.numbers = numbers;
    this.diverged = diverged;
  }

  static Volume formatted(VolumeFacts facts, CrashModel model, Image image) {
    return new Volume(facts, model, image, image, null, InodeNumbers.FORMATTED, false);
  }

  VolumeFacts facts() {
    return facts;
  }

  CrashModel model() {
    return model;
  }

  Image cache() {
    return cache;
  }

  Image durable() {
    return durable;
  }

  InodeNumbers numbers() {
    return numbers;
  }

  int pendingCount() {
    return Pending.countOf(pending);
  }

  /** Returns the ids of the files that have pages which the device does not. */
  Set<Long> dirtyFiles() {
    Set<Long> files = new HashSet<>();
    for (Pending each = pending; each != null; each = each.before()) {
      if (each.change() instanceof Write write && !each.durable()) {
        files.add(write.inode());
      }
    }
    return files;
  }

  Volume withFacts(VolumeFacts newFacts) {
    return new Volume(newFacts, model, cache, durable, pending, numbers, diverged);
  }

  Volume withModel(CrashModel newModel) {
    return new Volume(facts, newModel, cache, durable, pending, numbers, diverged);
  }

  private Volume with(Image newDurable, @Nullable Pending newPending, boolean newDiverged) {
    return new Volume(facts, model, cache, newDurable, newPending, numbers, newDiverged);
  }

  /** Returns this volume after {@code change}, which only the cache has. */
  Volume apply(Change change) {
    return new Volume(
        facts,
        model,
        change.applyTo(cache),
        durable,
        Pending.of(pending, change, false),
        numbers,
        diverged);
  }

  /**
   * Returns this volume with a new inode, which nothing names. Both images have it at once: an
   * entry that a power cut spares always leads to an inode, and an inode that nothing names does
   * not survive one.
   */
  Volume withUnnamed(Inode inode, InodeNumbers newNumbers) {
    return new Volume(
        facts, model, cache.with(inode), durable.with(inode), pending, newNumbers, diverged);
  }

  /** Returns this volume without the deleted inodes that no descriptor keeps. */
  Volume withoutOrphans(LongPredicate isOpen) {
    if (!cache.hasOrphans()) {
      return this;
    }
    List<Inode> gone = new ArrayList<>();
    Image left = cache.withoutOrphans(isOpen, gone::add);
    InodeNumbers freed = numbers;
    for (Inode inode : gone) {
      freed = freed.freed(inode.identity(), id -> durable.find(id) != null);
    }
    return gone.isEmpty()
        ? this
        : new Volume(facts, model, left, durable, pending, freed, diverged).settledIfClean();
  }

  /** Returns this volume after a file's contents, and what else its sync covers, are durable. */
  Volume afterFileSync(long file) {
    return switch (model.fileSync()) {
      case CONTENTS -> afterSync(change -> isContentOf(change, file));
      case OWN_ATTRIBUTES ->
          afterSync(change -> isContentOf(change, file) || isAttributeOf(change, file));
      case EARLIER_METADATA ->
          afterSync(change -> change.isMetadata() || isContentOf(change, file));
    };
  }

  private static boolean isContentOf(Change change, long file) {
    return change instanceof ContentChange content && content.inode() == file;
  }

  private static boolean isAttributeOf(Change change, long inode) {
    return change instanceof AttributeChange attribute && attribute.inode() == inode;
  }

  /** Returns this volume after a directory's entries and attributes are durable. */
  Volume afterDirectorySync(long directory) {
    Pending[] order = Pending.inOrder(pending);
    Dependencies covered = new Dependencies(directory);
    Set<Change> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    boolean all = false;
    for (int i = order.length - 1; i >= 0; i--) {
      Change change = order[i].change();
      boolean own =
          isAttributeOf(change, directory)
              || (change instanceof EntryChange entries && covered.include(entries));
      if (own || (all && change.isMetadata())) {
        needed.add(change);
        all = model.isOrdered();
      }
    }
    return afterSync(needed::contains);
  }

  /** Returns this volume after everything on it is durable. */
  Volume afterFullSync() {
    return diverged ? afterSync(_ -> true) : with(cache, null, false);
  }

  private Volume afterSync(Predicate<Change> covered) {
    Image image = durable;
    Pending left = null;
    Set<Long> open = new HashSet<>();
    boolean lost = false;
    for (Pending each : Pending.inOrder(pending)) {
      Change change = each.change();
      boolean stays = each.durable() || covered.test(change);
      if (stays && !change.touchesAny(open) && change.appliesTo(image)) {
        image = change.applyTo(image);
      } else if (stays && left == null) {
        lost = true; // it rests on a change that a failed barrier lost
      } else {
        left = Pending.of(left, change, stays);
        change.addKeysTo(open);
      }
    }
    return with(image, left, diverged || lost).settledIfClean();
  }

  private Volume settledIfClean() {
    return pending != null || !durable.hasOrphans()
        ? this
        : with(durable.withoutOrphans(id -> cache.find(id) != null, _ -> {}), null, diverged);
  }

  /**
   * Returns this volume after a barrier failed: pages of the files of {@code affected} are marked
   * clean though the device never got them. Metadata stay pending.
   *
   * @param survives decides for each write whether the device got it before the failure
   */
  Volume afterLostPages(LongPredicate affected, Predicate<Write> survives) {
    Pending left = null;
    for (Pending each : Pending.inOrder(pending)) {
      boolean hit =
          !each.durable() && each.change() instanceof Write write && affected.test(write.inode());
      if (hit && each.change() instanceof Write write) {
        boolean kept = survives.test(write);
        left = Pending.of(left, kept ? write : write.withoutData(), kept);
      } else {
        left = Pending.of(left, each.change(), each.durable());
      }
    }
    return with(durable, left, true).afterSync(_ -> false);
  }

  /** Returns this volume after a failed barrier lost all that was pending, metadata as well. */
  Volume afterLostEverything() {
    Pending left = null;
    for (Pending each : Pending.inOrder(pending)) {
      if (each.durable()) {
        left = Pending.of(left, each.change(), true);
      }
    }
    return with(durable, left, true).afterSync(_ -> false);
  }

  /** Returns this volume after the clean pages of a file were dropped: what the device has. */
  Volume afterDroppedCache(long file) {
    Inode cached = cache.find(file);
    Inode stored = durable.find(file);
    if (cached == null || stored == null || !diverged) {
      return this;
    }
    Content content = stored.content();
    for (Pending each : Pending.inOrder(pending)) {
      if (each.change() instanceof ContentChange change && change.inode() == file) {
        content = change.applyTo(content);
      }
    }
    content = content.truncatedTo(cached.content().size());
    Image revealed = cache.with(cached.withContent(content));
    return new Volume(facts, model, revealed, durable, pending, numbers, diverged);
  }

  /** Returns this volume as it is found after a power cut. */
  Volume afterPowerCut(Survival survival) {
    Image left = survival.apply(durable, Pending.inOrder(pending), model);
    Image sound = left.withoutOrphans(_ -> false, _ -> {});
    return new Volume(facts, model, sound, sound, null, numbers.recounted(sound), false);
  }
}
