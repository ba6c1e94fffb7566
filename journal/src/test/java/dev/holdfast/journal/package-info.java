/** Tests of the records and the plan's encoding. */
@NullMarked
package dev.holdfast.journal;

import org.jspecify.annotations.NullMarked;
