/**
 * Wraps upgrades of a real Debian system and kills them. {@link dev.holdfast.testing.wrap.WrapRig}
 * is the type to read first.
 */
@NullMarked
package dev.holdfast.testing.wrap;

import org.jspecify.annotations.NullMarked;
