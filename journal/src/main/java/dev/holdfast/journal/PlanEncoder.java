package dev.holdfast.journal;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * Encodes one plan. What it remembers of the entry before is what {@link PlanDecoder} remembers.
 */
final class PlanEncoder {
  static final int KIND_MASK = 0x07;
  static final int CREATE = 0;
  static final int REPLACE = 1;
  static final int DELETE = 2;
  static final int MOVE = 3;
  static final int SET_ATTRIBUTES = 4;
  static final int SAME_ROOT = 0x08;
  static final int NEXT_SLOT = 0x10;

  static final int TYPE_MASK = 0x07;
  static final int HAS_DIGEST = 0x08;
  static final int HAS_LINK = 0x10;
  static final int HAS_HARDLINK = 0x20;
  static final int HAS_DEVICE_NUMBER = 0x40;
  static final int HAS_ATTRIBUTES = 0x80;

  static final int MAX_SHARED = 255;

  private final Plan plan;
  private final CanonicalWriter out = new CanonicalWriter();
  private final Map<SortedMap<String, ByteString>, Integer> attributeSets = new HashMap<>();
  private final Track staged = new Track();
  private final Track existing = new Track();
  private long lastBefore;
  private long lastAfter;
  private byte[] lastPath = {};
  private int lastRoot;
  private int lastSlot;

  /** The identity before, of one of the two kinds. */
  private static final class Track {
    long inode;
    long born;
  }

  PlanEncoder(Plan plan) {
    this.plan = plan;
  }

  byte[] encode() {
    out.u8(PlanCodec.VERSION).text(plan.id().text()).number(nonNegative(plan.sequence()));
    out.u64(plan.journal().getMostSignificantBits()).u64(plan.journal().getLeastSignificantBits());
    out.u8(
        switch (plan.mode()) {
          case MERGED -> 0;
          case STRICT -> 1;
        });
    out.count(plan.roots().size());
    for (PlannedRoot root : plan.roots()) {
      out.bytes(root.path().bytes()).bytes(root.control().bytes());
      out.text(root.fileSystem()).u64(root.folder().inode());
      out.instant(root.folder().born()).flag(root.touched());
    }
    out.count(plan.operations().size());
    for (FileOperation operation : plan.operations()) {
      operation(operation);
    }
    out.count(plan.directoryTimes().size());
    for (DirectoryTime time : plan.directoryTimes()) {
      out.u8(head(0, time.root()));
      rootAndPath(time.root(), time.path());
      identity(time.inode(), existing);
      before(time.before());
      after(time.after());
    }
    return out.toByteArray();
  }

  private void operation(FileOperation operation) {
    switch (operation) {
      case FileOperation.Create(var root, var path, var after, var inode, var slot, var within) -> {
        out.u8(head(CREATE, root) | slotFlag(slot));
        rootAndPath(root, path);
        slot(slot);
        within(path.bytes(), within);
        facts(after, false);
        identity(inode, staged);
      }
      case FileOperation.Replace(
              var root,
              var path,
              var before,
              var replaced,
              var after,
              var inode,
              var slot) -> {
        out.u8(head(REPLACE, root) | slotFlag(slot));
        rootAndPath(root, path);
        slot(slot);
        facts(before, true);
        identity(replaced, existing);
        facts(after, false);
        identity(inode, staged);
      }
      case FileOperation.Delete(var root, var path, var before, var deleted, var slot) -> {
        out.u8(head(DELETE, root) | slotFlag(slot));
        rootAndPath(root, path);
        slot(slot);
        facts(before, true);
        identity(deleted, existing);
      }
      case FileOperation.Move(var root, var path, var to, var before, var moved) -> {
        out.u8(head(MOVE, root));
        rootAndPath(root, path);
        path(to.bytes());
        facts(before, true);
        identity(moved, existing);
      }
      case FileOperation.SetAttributes(var root, var path, var before, var after, var inode) -> {
        out.u8(head(SET_ATTRIBUTES, root));
        rootAndPath(root, path);
        facts(before, true);
        facts(after, false);
        identity(inode, existing);
      }
    }
  }

  private int head(int kind, int root) {
    return kind | (root == lastRoot ? SAME_ROOT : 0);
  }

  private int slotFlag(int slot) {
    return slot == lastSlot + 1 ? NEXT_SLOT : 0;
  }

  private void rootAndPath(int root, RelativePath path) {
    if (root < 0 || root >= plan.roots().size()) {
      throw new IllegalArgumentException("the plan has no root " + root + ": " + path);
    }
    if (root != lastRoot) {
      out.count(root);
      lastRoot = root;
    }
    path(path.bytes());
  }

  private void path(byte[] path) {
    int shared = shared(lastPath, path);
    out.u8(shared).count(path.length - shared).raw(path, shared, path.length);
    lastPath = path;
  }

  static int shared(byte[] one, byte[] other) {
    int limit = Math.min(MAX_SHARED, Math.min(one.length, other.length));
    int mismatch = Arrays.mismatch(one, 0, limit, other, 0, limit);
    return mismatch < 0 ? limit : mismatch;
  }

  private void slot(int slot) {
    if (slotFlag(slot) == 0) {
      out.count(slot);
    }
    lastSlot = slot;
  }

  /** A member's path inside its new directory is nearly always the end of its path. */
  private void within(byte[] path, RelativePath within) {
    byte[] bytes = within.bytes();
    if (bytes.length == 0) {
      out.count(0);
    } else if (isTail(path, bytes.length)
        && Arrays.equals(path, path.length - bytes.length, path.length, bytes, 0, bytes.length)) {
      out.number(bytes.length + 1L);
    } else {
      out.count(1).bytes(bytes);
    }
  }

  /** Returns whether the last {@code length} bytes of {@code path} are a path below another one. */
  static boolean isTail(byte[] path, int length) {
    return length > 0 && length < path.length && path[path.length - length - 1] == '/';
  }

  private void facts(Facts facts, boolean before) {
    ContentDigest digest = facts.digest();
    ByteString link = facts.link();
    RelativePath hardlink = facts.hardlink();
    out.u8(
        code(facts.type())
            | (digest != null ? HAS_DIGEST : 0)
            | (link != null ? HAS_LINK : 0)
            | (hardlink != null ? HAS_HARDLINK : 0)
            | (facts.deviceNumber() != 0 ? HAS_DEVICE_NUMBER : 0)
            | (facts.extendedAttributes().isEmpty() ? 0 : HAS_ATTRIBUTES));
    out.number(Integer.toUnsignedLong(facts.mode()));
    out.number(Integer.toUnsignedLong(facts.uid())).number(Integer.toUnsignedLong(facts.gid()));
    out.number(nonNegative(facts.size()));
    if (before) {
      before(facts.modified());
    } else {
      after(facts.modified());
    }
    if (digest != null) {
      out.raw(digest.bytes().bytes());
    }
    if (link != null) {
      out.bytes(link.bytes());
    }
    if (hardlink != null) {
      byte[] path = hardlink.bytes();
      int shared = shared(lastPath, path);
      out.u8(shared).count(path.length - shared).raw(path, shared, path.length);
    }
    if (facts.deviceNumber() != 0) {
      out.number(facts.deviceNumber());
    }
    if (!facts.extendedAttributes().isEmpty()) {
      attributes(facts.extendedAttributes());
    }
  }

  static int code(FileType type) {
    return switch (type) {
      case FILE -> 0;
      case DIRECTORY -> 1;
      case SYMLINK -> 2;
      case FIFO -> 3;
      case CHARACTER_DEVICE -> 4;
      case BLOCK_DEVICE -> 5;
      case SOCKET -> 6;
    };
  }

  /** A set that was written before is named by its number; a new one follows. */
  private void attributes(SortedMap<String, ByteString> attributes) {
    Integer known = attributeSets.putIfAbsent(attributes, attributeSets.size());
    if (known != null) {
      out.count(known);
      return;
    }
    out.count(attributeSets.size() - 1).count(attributes.size());
    attributes.entrySet().stream()
        .map(entry -> Map.entry(utf8(entry.getKey()), entry.getValue()))
        .sorted((one, other) -> Arrays.compareUnsigned(one.getKey(), other.getKey()))
        .forEach(entry -> out.bytes(entry.getKey()).bytes(entry.getValue().bytes()));
  }

  private static byte[] utf8(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(name)) {
      throw new IllegalArgumentException("not a text that can be written: " + name);
    }
    return bytes;
  }

  private void identity(FileIdentity identity, Track track) {
    out.signed(identity.inode() - track.inode);
    track.inode = identity.inode();
    time(identity.born(), track.born);
    track.born = identity.born().getEpochSecond();
  }

  private void before(Instant time) {
    time(time, lastBefore);
    lastBefore = time.getEpochSecond();
  }

  private void after(Instant time) {
    time(time, lastAfter);
    lastAfter = time.getEpochSecond();
  }

  private void time(Instant time, long last) {
    out.signed(time.getEpochSecond() - last).u32(time.getNano());
  }

  private static long nonNegative(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    return value;
  }
}
