using Kube1.ApiServer.Http;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Watch;

/// <summary>
/// What tells the frames of one event apart: also the codec, since resources of several versions share their events. Ages
/// in tables count whole seconds: another second is another frame. It is 0 for frames that are no tables.
/// </summary>
internal readonly record struct FrameKey(
    WatchEventType Type, WireFormat Format, Shape Shape, string MetaVersion, ObjectCodec Codec, string Include, long UnixSeconds);
