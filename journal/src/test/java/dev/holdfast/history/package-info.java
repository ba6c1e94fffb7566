/** Tests of the SQL history. */
@NullMarked
package dev.holdfast.history;

import org.jspecify.annotations.NullMarked;
