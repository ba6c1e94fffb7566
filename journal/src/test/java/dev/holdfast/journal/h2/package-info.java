/** Tests of the store. */
@NullMarked
package dev.holdfast.journal.h2;

import org.jspecify.annotations.NullMarked;
