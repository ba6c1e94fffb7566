package dev.holdfast.testing;

import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map that shares structure with the maps made from it, so that a snapshot of a
 * whole disk costs a reference: an AVL tree whose changes copy one path.
 *
 * @param <K> the keys
 * @param <V> the values
 */
final class PersistentMap<K extends Comparable<? super K>, V> {
  private static final PersistentMap<Long, Object> EMPTY = new PersistentMap<>(null);

  private final @Nullable Node<K, V> root;

  private PersistentMap(@Nullable Node<K, V> root) {
    this.root = root;
  }

  private record Node<K, V>(
      K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right, int height, int size) {

    static <K, V> Node<K, V> of(
        K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
      return new Node<>(
          key,
          value,
          left,
          right,
          1 + Math.max(heightOf(left), heightOf(right)),
          1 + sizeOf(left) + sizeOf(right));
    }
  }

  /** Returns the map without entries. */
  @SuppressWarnings("unchecked") // holds nothing, so it is a map of whatever is wanted
  static <K extends Comparable<? super K>, V> PersistentMap<K, V> empty() {
    return (PersistentMap<K, V>) (PersistentMap<?, ?>) EMPTY;
  }

  /** Returns the number of entries. */
  int size() {
    return sizeOf(root);
  }

  boolean isEmpty() {
    return root == null;
  }

  /** Returns the value of {@code key}, or null. */
  @Nullable V get(K key) {
    Node<K, V> node = root;
    while (node != null) {
      int order = key.compareTo(node.key);
      if (order == 0) {
        return node.value;
      }
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  boolean containsKey(K key) {
    return get(key) != null;
  }

  /** Returns the entry with the least key at or after {@code key}, or null. */
  Map.@Nullable Entry<K, V> ceiling(K key) {
    Node<K, V> best = null;
    Node<K, V> node = root;
    while (node != null) {
      if (key.compareTo(node.key) <= 0) {
        best = node;
        node = node.left;
      } else {
        node = node.right;
      }
    }
    return best == null ? null : Map.entry(best.key, best.value);
  }

  /** Returns the entry with the least key, or null. */
  Map.@Nullable Entry<K, V> first() {
    Node<K, V> node = root;
    while (node != null && node.left != null) {
      node = node.left;
    }
    return node == null ? null : Map.entry(node.key, node.value);
  }

  /** Returns this map with {@code value} at {@code key}. */
  PersistentMap<K, V> with(K key, V value) {
    return new PersistentMap<>(put(root, key, value));
  }

  /** Returns this map without {@code key}. */
  PersistentMap<K, V> without(K key) {
    return containsKey(key) ? new PersistentMap<>(remove(root, key)) : this;
  }

  /** Gives all entries to {@code action}, in order. */
  void forEach(BiConsumer<? super K, ? super V> action) {
    visit(root, action);
  }

  private static <K, V> void visit(
      @Nullable Node<K, V> node, BiConsumer<? super K, ? super V> action) {
    Node<K, V> rest = node;
    while (rest != null) {
      visit(rest.left, action);
      action.accept(rest.key, rest.value);
      rest = rest.right;
    }
  }

  private static <K extends Comparable<? super K>, V> Node<K, V> put(
      @Nullable Node<K, V> node, K key, V value) {
    if (node == null) {
      return Node.of(key, value, null, null);
    }
    int order = key.compareTo(node.key);
    if (order == 0) {
      return new Node<>(key, value, node.left, node.right, node.height, node.size);
    }
    return order < 0
        ? balanced(node.key, node.value, put(node.left, key, value), node.right)
        : balanced(node.key, node.value, node.left, put(node.right, key, value));
  }

  private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> remove(
      @Nullable Node<K, V> node, K key) {
    if (node == null) {
      return null;
    }
    int order = key.compareTo(node.key);
    if (order < 0) {
      return balanced(node.key, node.value, remove(node.left, key), node.right);
    }
    if (order > 0) {
      return balanced(node.key, node.value, node.left, remove(node.right, key));
    }
    if (node.left == null || node.right == null) {
      return node.left == null ? node.right : node.left;
    }
    Node<K, V> next = node.right;
    while (next.left != null) {
      next = next.left;
    }
    return balanced(next.key, next.value, node.left, remove(node.right, next.key));
  }

  private static <K, V> Node<K, V> balanced(
      K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    if (left != null && left.height > heightOf(right) + 1) {
      Node<K, V> inner = left.right;
      return inner == null || heightOf(left.left) >= inner.height
          ? Node.of(left.key, left.value, left.left, Node.of(key, value, inner, right))
          : Node.of(
              inner.key,
              inner.value,
              Node.of(left.key, left.value, left.left, inner.left),
              Node.of(key, value, inner.right, right));
    }
    if (right != null && right.height > heightOf(left) + 1) {
      Node<K, V> inner = right.left;
      return inner == null || heightOf(right.right) >= inner.height
          ? Node.of(right.key, right.value, Node.of(key, value, left, inner), right.right)
          : Node.of(
              inner.key,
              inner.value,
              Node.of(key, value, left, inner.left),
              Node.of(right.key, right.value, inner.right, right.right));
    }
    return Node.of(key, value, left, right);
  }

  private static int heightOf(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.height;
  }

  private static int sizeOf(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.size;
  }
}
