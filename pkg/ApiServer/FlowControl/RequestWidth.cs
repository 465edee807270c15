using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// How many seats a request takes: one, but for lists and the first state of a watch, which take one for each 100 kB that
/// they will read (k8s.io/apiserver, list_work_estimator.go).
/// </summary>
internal static class RequestWidth
{
    private const long BytesPerSeat = 100_000;

    /// <summary>Upstream's bound, whatever the level.</summary>
    private const int MaxSeats = 100;

    /// <summary>The seats; at most those that the level gives one request.</summary>
    public static int Of(RequestScope scope, LevelLimits level)
    {
        var info = scope.Info;
        if (!info.IsResourceRequest || info.Name.Length > 0 || info.Verb is not ("list" or "watch") || level.IsExempt)
        {
            return 1;
        }

        if (info.Verb == "watch" && scope.Query("sendInitialEvents") != "true"
            && scope.Query("resourceVersion") is not ("" or "0"))
        {
            return 1;
        }

        if (scope.Core.Resources.Find(info.ApiGroup, info.ApiVersion, info.Resource) is not { Collection: { } objects } resource)
        {
            return 1;
        }

        var snapshot = objects.Snapshot;
        long count = info.Namespace.Length > 0 ? snapshot.CountPrefix(resource.PrefixOf(info.Namespace)) : snapshot.Count;
        if (long.TryParse(scope.Query("limit"), out var limit) && limit > 0 && info.Verb == "list")
        {
            count = Math.Min(count, limit);
        }

        // Objects of one kind are much alike: the first one speaks for all.
        long size = 0;
        foreach (var entry in snapshot.Range(resource.PrefixOf(info.Namespace)))
        {
            size = entry.Value.Length;
            break;
        }

        var wanted = (count * size + BytesPerSeat - 1) / BytesPerSeat;
        return (int)Math.Clamp(wanted, 1, Math.Min(MaxSeats, level.MaxWidth));
    }
}
