using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Http;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>One page of a list: entries of one snapshot, filtered.</summary>
/// <param name="Revision">Of the snapshot.</param>
/// <param name="Entries">In key order; lazily filtered.</param>
/// <param name="Continue">The token of the next page; empty when this is the last.</param>
/// <param name="Remaining">How many are left after this page; null when a selector makes that unknown.</param>
internal sealed record ListPage(long Revision, IEnumerable<StoredEntry> Entries, string Continue, long? Remaining);

/// <summary>GET of a collection.</summary>
internal sealed class ObjectLister(Store store, TimeProvider time)
{
    /// <summary>How long a list waits for a revision that is still to come; upstream's bound.</summary>
    private static readonly TimeSpan FutureWait = TimeSpan.FromSeconds(3);

    private const string ExpiredContinue =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        + "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        + "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        + "modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    /// <summary>The page that the query asks for. Throws 410 for a revision out of reach, 504 for one still to come.</summary>
    public async ValueTask<ListPage> ListAsync(RequestScope scope, ListQuery query, CancellationToken cancellationToken)
    {
        var resource = scope.Resource;
        string? after = null;
        CollectionSnapshot snapshot;
        if (query.Continue.Length > 0)
        {
            if (query.ResourceVersion is not ("" or "0"))
            {
                throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
            }

            var token = ContinueToken.Parse(query.Continue);
            after = token.AfterKey;
            snapshot = SnapshotFor(resource, token);
        }
        else
        {
            await WaitForAsync(query.Revision, cancellationToken).ConfigureAwait(false);
            snapshot = resource.Objects.Snapshot;
            if (query.IsExact && !resource.Objects.TryGetSnapshotAt(query.Revision, out snapshot!))
            {
                throw ApiErrors.Expired("The resourceVersion for the provided list is too old.");
            }
        }

        if (!query.Filter.IsEmpty)
        {
            // What is selected is what the client would see.
            var all = snapshot.Range(resource.PrefixOf(scope.Namespace), after);
            await resource.Codec.PrepareAsync(all, cancellationToken).ConfigureAwait(false);
        }

        var page = Page(resource, scope.Namespace, query, snapshot, after);
        await resource.Codec.PrepareAsync(page.Entries, cancellationToken).ConfigureAwait(false);
        return page;
    }

    /// <summary>Waits until the store has reached a revision; throws 504 when it does not.</summary>
    public async ValueTask WaitForAsync(long revision, CancellationToken cancellationToken)
    {
        if (revision <= store.CurrentRevision)
        {
            return;
        }

        try
        {
            await store.WaitForRevisionAsync(revision, cancellationToken)
                .WaitAsync(FutureWait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw TooLarge(revision, store.CurrentRevision);
        }
    }

    private static ApiException TooLarge(long revision, long current) => new(new V1Status
    {
        Status = "Failure",
        Code = 504,
        Reason = StatusReasons.Timeout,
        Message = $"Timeout: Too large resource version: {revision}, current: {current}",
        Details = new V1StatusDetails
        {
            RetryAfterSeconds = 1,
            Causes = [new V1StatusCause { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }],
        },
    });

    private static CollectionSnapshot SnapshotFor(ServedResource resource, ContinueToken token)
    {
        if (token.Revision == ContinueToken.Newest)
        {
            return resource.Objects.Snapshot;
        }

        if (resource.Objects.TryGetSnapshotAt(token.Revision, out var snapshot))
        {
            return snapshot;
        }

        var expired = ApiErrors.Expired(ExpiredContinue);
        expired.Status.Metadata = new V1ListMeta
        {
            Continue = (token with { Revision = ContinueToken.Newest }).ToString(),
        };
        throw expired;
    }

    private static ListPage Page(
        ServedResource resource, string? ns, ListQuery query, CollectionSnapshot snapshot, string? after)
    {
        var prefix = resource.PrefixOf(ns);
        var filter = query.Filter;
        if (filter.Key is { } single)
        {
            // A selector on one name is a lookup.
            var entry = snapshot.Get(resource.KeyOf(single.Namespace ?? ns, single.Name));
            var hit = entry is not null && entry.Key.StartsWith(prefix, StringComparison.Ordinal) && filter.Matches(entry);
            return new ListPage(snapshot.Revision, hit ? [entry!] : [], "", null);
        }

        var range = snapshot.Range(prefix, after);
        if (query.Limit <= 0)
        {
            return new ListPage(
                snapshot.Revision, filter.IsEmpty ? range : range.Where(filter.Matches), "", null);
        }

        var page = new List<StoredEntry>((int)Math.Min(query.Limit, 1024));
        foreach (var entry in range)
        {
            if (!filter.Matches(entry))
            {
                continue;
            }

            if (page.Count == query.Limit)
            {
                var last = page[^1].Key;
                return new ListPage(
                    snapshot.Revision, page, new ContinueToken(snapshot.Revision, last).ToString(),
                    filter.IsEmpty ? snapshot.CountPrefix(prefix, last) : null);
            }

            page.Add(entry);
        }

        return new ListPage(snapshot.Revision, page, "", null);
    }
}
