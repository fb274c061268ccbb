#!/bin/sh
# How the streams in this folder were made: ffmpeg 5.1.9 (Debian 12), libjxl 0.7.0.
# Each holds three small frames, and the videos text that no output may have: CANARY, x265.
# The tests put more of it in.
set -eu
source="-f lavfi -i testsrc=size=64x48:rate=5:duration=0.6"
text="-metadata title=CANARY-TITLE -metadata comment=CANARY-COMMENT -metadata service_name=CANARY
 -metadata creation_time=2020-01-02T03:04:05Z"
sei="h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+CANARY-SEI"
x264="-c:v libx264 -preset ultrafast -x264-params no-info=1 -pix_fmt yuv420p -bsf:v $sei"
x265="-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none"
run="ffmpeg -y -loglevel error $source"
# shellcheck disable=SC2086
{
    $run $x264 $text avc.h264
    $run $x264 $text avc.ts
    $run -f lavfi -i sine=duration=0.6 $x264 -c:a aac -b:a 8k $text avc.mp4
    $run $x265 $text hevc.hevc
    $run $x265 $text hevc.mp4
    $run -c:v mpeg2video mpeg2.m2v
    $run -c:v mpeg2video $text mpeg2.ts
    $run -c:v mpeg2video -muxrate 64k -f vob mpeg2.mpg
    ffmpeg -y -loglevel error $source -frames:v 1 -pix_fmt gray image.png
}
cjxl --quiet --container=1 image.png image.jxl 2>/dev/null
rm image.png
