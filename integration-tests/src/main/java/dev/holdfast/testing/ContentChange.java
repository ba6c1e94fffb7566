package dev.holdfast.testing;

import java.time.Instant;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A change of a regular file's contents or length. */
sealed interface ContentChange extends Change {
  int SECTOR = 512;

  /** Returns the file's id. */
  long inode();

  /** Returns when it happened. */
  Instant time();

  /** Returns the content after this change of {@code old}. */
  Content applyTo(Content old);

  @Override
  default boolean appliesTo(Image image) {
    return image.find(inode()) != null;
  }

  @Override
  default Image applyTo(Image image) {
    Inode old = image.get(inode());
    return image.with(modified(old, applyTo(old.content())));
  }

  /** Returns {@code old} with {@code content}, and the kernel's side effects of writing. */
  default Inode modified(Inode old, Content content) {
    Inode.Attributes attributes = old.attributes();
    return old.withContent(content)
        .withAttributes(
            attributes
                .withExtended(attributes.extended().without("security.capability"))
                .withModified(time())
                .withChanged(time()));
  }

  @Override
  default void addKeysTo(Set<Long> keys) {
    keys.add(inode());
  }

  @Override
  default boolean touchesAny(Set<Long> keys) {
    return keys.contains(inode());
  }

  /** Bytes written. */
  record Write(long inode, long position, Bytes bytes, Instant time) implements ContentChange {
    @Override
    public boolean isMetadata() {
      return false;
    }

    @Override
    public Content applyTo(Content old) {
      return old.write(position, bytes.raw(), 0, bytes.length());
    }

    /** Returns this write with its length, but without its bytes: the pages were lost. */
    Extension withoutData() {
      return new Extension(inode, position + bytes.length(), time);
    }

    /**
     * Applies a part of this write: of its sectors any subset. What it adds to the file's length is
     * kept or not, and what was not there before may be garbage.
     */
    Image applyTorn(Image image, RandomGenerator random, boolean garbage) {
      Inode old = image.get(inode);
      Content content = old.content();
      int start = 0;
      while (start < bytes.length()) {
        long next = (position + start) / SECTOR * SECTOR + SECTOR;
        int end = (int) Math.min(bytes.length(), next - position);
        if (random.nextBoolean()) {
          content = content.write(position, bytes.raw(), start, end);
        } else if (garbage && !old.content().hasData(position + start) && random.nextInt(8) == 0) {
          byte[] stale = new byte[end - start];
          random.nextBytes(stale);
          content = content.write(position + start, stale, 0, stale.length);
        }
        start = end;
      }
      if (random.nextBoolean()) {
        content = content.extendedTo(position + bytes.length());
      }
      return image.with(modified(old, content));
    }
  }

  /** What is left of a write whose pages could not be written: the length. */
  record Extension(long inode, long size, Instant time) implements ContentChange {
    @Override
    public boolean isMetadata() {
      return true;
    }

    @Override
    public Content applyTo(Content old) {
      return old.extendedTo(size);
    }
  }

  /** The length set. */
  record Truncation(long inode, long size, Instant time) implements ContentChange {
    @Override
    public boolean isMetadata() {
      return true;
    }

    @Override
    public Content applyTo(Content old) {
      return old.truncatedTo(size);
    }
  }

  /** The blocks of another file shared. */
  record Clone(long inode, Content content, Instant time) implements ContentChange {
    @Override
    public boolean isMetadata() {
      return true;
    }

    @Override
    public Content applyTo(Content old) {
      return content;
    }
  }
}
