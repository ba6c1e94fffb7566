package dev.holdfast.testing;

import java.util.Set;

/**
 * One change that a running system made to a file system and that a power cut may undo. It names
 * inodes by id, not by path, so it can be applied again to another image, without changes that came
 * before it.
 */
sealed interface Change permits EntryChange, ContentChange, AttributeChange {

  /** Returns whether {@code image} would still be a well-formed file system with this change. */
  boolean appliesTo(Image image);

  /** Returns {@code image} with this change, which must {@linkplain #appliesTo apply} to it. */
  Image applyTo(Image image);

  /** Returns whether the file system's own journal covers it: everything but file contents. */
  boolean isMetadata();

  /** Adds the ids of inodes whose later changes must not overtake this one. */
  void addKeysTo(Set<Long> keys);

  /** Returns whether one of the inodes of {@link #addKeysTo} is among {@code keys}. */
  boolean touchesAny(Set<Long> keys);
}
