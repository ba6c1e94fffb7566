package dev.holdfast.selftest.tree;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What a tree can have only where the file system, and the user, may have it. */
public enum Feature {
  OWNERS("owners") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      try (DiskFile file = folder.create(name, 0600)) {
        file.setOwner(TRIED_OWNER, TRIED_OWNER);
      }
    }
  },
  DEVICES("device nodes") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      folder.makeNode(name, FileType.CHARACTER_DEVICE, 0600, 0x103);
    }
  },
  FIFOS("fifos") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      folder.makeNode(name, FileType.FIFO, 0600, 0);
    }
  },
  SYMBOLIC_LINKS("symbolic links") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      folder.makeSymbolicLink(name, bytes("target"));
      try (Entry link = folder.entry(name)) {
        link.setModified(TreeMaker.EPOCH);
      }
    }
  },
  HARD_LINKS("hard links") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      EntryName other = EntryName.of(name + "-2");
      folder.create(name, 0600).close();
      folder.link(name, folder, other);
      folder.unlink(other);
    }
  },
  USER_ATTRIBUTES("user attributes") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      tryAttribute(folder, name, "user.shape", bytes("round"));
    }
  },
  ACLS("access control lists") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      tryAttribute(folder, name, EverythingTrees.ACCESS_ACL, EverythingTrees.ACL.clone());
    }
  },
  CAPABILITIES("file capabilities") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      tryAttribute(folder, name, EverythingTrees.CAPABILITIES, EverythingTrees.CAPABILITY.clone());
    }
  },
  NAMES_OF_BYTES("names that are not UTF-8") {
    @Override
    void tryOut(Directory folder, EntryName name) throws DiskException {
      EntryName latin = EverythingTrees.LATIN.name();
      folder.create(latin, 0600).close();
      folder.unlink(latin);
      folder.create(name, 0600).close();
    }
  };

  private static final int TRIED_OWNER = 7;

  private final String words;

  Feature(String words) {
    this.words = words;
  }

  /** Makes an entry that has it. */
  abstract void tryOut(Directory folder, EntryName name) throws DiskException;

  private static void tryAttribute(Directory folder, EntryName name, String attribute, byte[] value)
      throws DiskException {
    try (DiskFile file = folder.create(name, 0600)) {
      file.write(0, ByteBuffer.wrap(value));
      file.setExtendedAttribute(attribute, value);
      byte[] there = file.extendedAttributes().get(attribute);
      if (!Arrays.equals(there, value)) {
        throw new DiskException(
            dev.holdfast.disk.DiskError.UNSUPPORTED, "set " + attribute, name.toString());
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns those that can be had in a folder, by trying; leaves the folder as it was. */
  public static Set<Feature> offered(Disk disk, AbsolutePath folder) throws DiskException {
    Set<Feature> offered = EnumSet.noneOf(Feature.class);
    try (Directory directory = disk.openDirectory(folder)) {
      for (Feature feature : values()) {
        EntryName name = EntryName.of("feature-" + feature.name());
        try {
          feature.tryOut(directory, name);
          offered.add(feature);
        } catch (DiskException _) {
          // It cannot be had, whatever the reason.
        }
        if (directory.stat(name).isPresent()) {
          directory.unlink(name);
        }
      }
    }
    return offered;
  }

  /** Returns the one that an extended attribute needs. */
  static Feature ofAttribute(String name) {
    if (name.startsWith("user.")) {
      return USER_ATTRIBUTES;
    }
    return name.startsWith("security.") ? CAPABILITIES : ACLS;
  }

  /** Returns whether a path is UTF-8. */
  static boolean isText(RelativePath path) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(path.bytes()));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  /** Returns it in words. */
  @Override
  public String toString() {
    return words;
  }
}
