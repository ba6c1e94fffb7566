package dev.holdfast.testing;

import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A change of owner, mode, times or extended attributes.
 *
 * @param effect sets what it sets absolutely, and leaves the rest
 */
record AttributeChange(long inode, UnaryOperator<Inode.Attributes> effect) implements Change {

  @Override
  public boolean isMetadata() {
    return true;
  }

  @Override
  public boolean appliesTo(Image image) {
    return image.find(inode) != null;
  }

  @Override
  public Image applyTo(Image image) {
    Inode old = image.get(inode);
    return image.with(old.withAttributes(effect.apply(old.attributes())));
  }

  @Override
  public void addKeysTo(Set<Long> keys) {
    keys.add(inode);
  }

  @Override
  public boolean touchesAny(Set<Long> keys) {
    return keys.contains(inode);
  }
}
