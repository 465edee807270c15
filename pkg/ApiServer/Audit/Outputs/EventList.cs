using System.Buffers;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>Events as one document, as webhooks take them.</summary>
internal static class EventList
{
    private static ReadOnlySpan<byte> Head =>
        """{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":["""u8;

    /// <summary>Writes the list. The kind of its items is that of the list, so they do not say it again.</summary>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        output.Write(Head);
        for (var i = 0; i < events.Count; i++)
        {
            output.Write(i == 0 ? "{"u8 : ",{"u8);
            output.Write(events[i].Span[AuditEventWriter.Head.Length..]);
        }

        output.Write("]}\n"u8);
    }
}
