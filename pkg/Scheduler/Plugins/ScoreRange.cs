namespace Kube1.Scheduler.Plugins;

/// <summary>The scale that all scores are brought to.</summary>
internal static class ScoreRange
{
    public const long Max = 100;

    /// <summary>Scales so that the largest score becomes 100; reversed, so that the largest becomes 0.</summary>
    public static void Scale(Span<long> scores, bool reverse)
    {
        long largest = 0;
        foreach (var score in scores)
        {
            largest = Math.Max(largest, score);
        }

        if (largest == 0)
        {
            if (reverse)
            {
                scores.Fill(Max);
            }

            return;
        }

        foreach (ref var score in scores)
        {
            score = Max * score / largest;
            if (reverse)
            {
                score = Max - score;
            }
        }
    }
}
