using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Defaults = Kube1.ApiServer.Registry.FlowControl.PriorityLevelConfigurationResource;

namespace Kube1.ApiServer.FlowControl;

/// <summary>What a PriorityLevelConfiguration gives its requests, in seats of this server.</summary>
/// <param name="Nominal">Its share of the server's seats.</param>
/// <param name="Guaranteed">What of that it never lends.</param>
/// <param name="Max">What it may have at most, with what it borrows.</param>
/// <param name="Queues">How many queues its waiting requests have; none when it refuses at once.</param>
/// <param name="HandSize">Among how many of them a flow has its choice.</param>
/// <param name="QueueLength">How many requests wait in one queue at most.</param>
internal sealed record LevelLimits(
    string Name, string Uid, bool IsExempt, int Nominal, int Guaranteed, int Max, int Queues, int HandSize, int QueueLength)
{
    private const double MaxWidthShare = 0.15;

    /// <summary>The widest request: the rest waits in line behind it.</summary>
    public int MaxWidth => Queues == 0
        ? 1
        : Math.Max(1, Math.Min((int)Math.Ceiling(Nominal * MaxWidthShare), Nominal / HandSize));

    /// <summary>
    /// The limits of all levels: each has its share of the server's seats (k8s.io/apiserver, apf_controller.go).
    /// </summary>
    public static IEnumerable<LevelLimits> Of(IReadOnlyCollection<JsonObject> levels, int serverSeats)
    {
        var total = (double)levels.Sum(Shares);
        foreach (var level in levels)
        {
            var nominal = total == 0 ? 0 : (int)Math.Ceiling(serverSeats * Shares(level) / total);
            var lendable = Percent(level, "lendablePercent", nominal) ?? 0;
            var borrowed = Percent(level, "borrowingLimitPercent", nominal) ?? serverSeats;
            var queues = level.Text("spec.limited.limitResponse.type") == "Queue"
                ? level.Child("spec").Child("limited").Child("limitResponse").Child("queuing") ?? []
                : null;
            yield return new LevelLimits(
                level.Text("metadata.name"), level.Text("metadata.uid"), IsExempted(level), nominal, nominal - lendable,
                nominal + borrowed, queues is null ? 0 : Number(queues, "queues", Defaults.Queues),
                Number(queues, "handSize", Defaults.HandSize), Number(queues, "queueLengthLimit", Defaults.QueueLength));
        }
    }

    private static bool IsExempted(JsonObject level) => level.Text("spec.type") == "Exempt";

    private static JsonObject? Body(JsonObject level) =>
        level.Child("spec").Child(IsExempted(level) ? "exempt" : "limited");

    private static long Shares(JsonObject level) =>
        Body(level).Integer("nominalConcurrencyShares") ?? (IsExempted(level) ? 0 : Defaults.Shares);

    private static int? Percent(JsonObject level, string field, int of) =>
        Body(level).Integer(field) is { } percent
            ? (int)Math.Min(int.MaxValue / 2, Math.Round(of * (double)percent / 100, MidpointRounding.AwayFromZero))
            : null;

    private static int Number(JsonObject? queuing, string field, int otherwise) =>
        (int)Math.Clamp(queuing.Integer(field) ?? otherwise, 1, 10_000_000);
}
