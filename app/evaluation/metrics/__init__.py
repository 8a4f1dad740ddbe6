"""What is measured of one answer, and of many: shares, intervals, paired differences, bars."""
