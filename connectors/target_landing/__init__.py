"""Singer in, load packages out: the landing zone, and the only room that writes it.

Law: a package is complete or absent, and the bookmark of a source is the state in its newest
package. This room imports no other room.
"""
