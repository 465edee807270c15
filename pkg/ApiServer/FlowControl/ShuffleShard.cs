namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// Deals a flow its hand of queues: always the same ones, and seldom all those of another flow, so that a flood fills the
/// queues of few others. https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#queuing
/// </summary>
internal static class ShuffleShard
{
    /// <summary>Fills the hand with different numbers below <paramref name="queues"/>.</summary>
    public static void Deal(ulong hash, int queues, Span<int> hand)
    {
        // Each card is drawn among those that are left, and counted past those that are not.
        Span<int> sorted = stackalloc int[hand.Length];
        for (var i = 0; i < hand.Length; i++)
        {
            var left = (ulong)(queues - i);
            var card = (int)(hash % left);
            hash /= left;
            var place = 0;
            while (place < i && card >= sorted[place])
            {
                card++;
                place++;
            }

            sorted[place..i].CopyTo(sorted[(place + 1)..]);
            sorted[place] = card;
            hand[i] = card;
        }
    }

    /// <summary>The hash of a flow; another one in each process, so that nobody can aim.</summary>
    public static ulong HashOf(string schema, string flow) =>
        ((ulong)(uint)HashCode.Combine(schema, flow) << 32) | (uint)HashCode.Combine(flow, schema, 1);
}
