using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Quotas;

/// <summary>
/// Charges requests to the quotas of their namespace, so that no two take the last of something. Requests of a namespace
/// that come while one is decided wait, and are decided together with one write: the first of them does it for all.
/// </summary>
internal sealed class QuotaLedger(
    Func<IObjectRegistry> objects, IReadOnlyList<LimitedResource> limited, TimeProvider time)
{
    /// <summary>Only a status or a quota that changes meanwhile makes a decision start over, so a few are plenty.</summary>
    private const int MaxAttempts = 10;

    private static readonly ResourceDescriptor Quotas =
        ResourceCatalog.Find(new GroupVersionResource("", "v1", "resourcequotas"))!;

    private readonly Lock _lock = new();

    // The namespaces that somebody decides for now, with who waits for his turn. At most all writes in flight wait here.
    private readonly Dictionary<string, List<Waiter>> _busy = new(StringComparer.Ordinal);

    /// <summary>What is charged and not seen by who counts.</summary>
    public UnsettledCharges Unsettled { get; } = new(time);

    /// <summary>Decides on a request and charges it; its refusal says whether it may go on.</summary>
    public async ValueTask DecideAsync(QuotaRequest request)
    {
        var waiter = new Waiter(request);
        if (Enqueue(waiter) && await waiter.Turn.Task.ConfigureAwait(false) == Turn.Over)
        {
            return;
        }

        var batch = TakeAll(waiter);
        try
        {
            // Others hang on this: it goes on even when this client has gone.
            await DecideAllAsync(request.Namespace, [.. batch.Select(w => w.Request)]).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            batch.ForEach(w => w.Fail(e));
            throw;
        }
        finally
        {
            batch.ForEach(w => w.Turn.TrySetResult(Turn.Over));
            HandOver(request.Namespace);
        }
    }

    private async ValueTask DecideAllAsync(string ns, IReadOnlyList<QuotaRequest> requests)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var accounts = objects().List<V1ResourceQuota>(ns).Select(q => new QuotaAccount(q)).ToList();
            foreach (var request in requests)
            {
                (request.Refusal, request.IsCharged) = (null, false);
                QuotaAccount.Decide(accounts, limited, request);
            }

            var charged = accounts.Where(a => a.IsCharged).ToList();
            foreach (var request in requests.Where(request => request.IsCharged))
            {
                request.Begin(Unsettled);
            }

            if (charged.Count == 0 || await TryStoreAsync(charged).ConfigureAwait(false))
            {
                return;
            }
        }

        throw ApiErrors.Conflict(Quotas.Resource.GroupResource, "", ApiErrors.ObjectModified);
    }

    private ValueTask<bool> TryStoreAsync(List<QuotaAccount> accounts) => objects().TryChangeAllAsync(
        Quotas,
        [
            .. accounts.Select(a => new ObjectChange(
                a.Quota.Metadata.Namespace, a.Quota.Metadata.Name!, a.Quota.Metadata.ResourceVersion!,
                quota => quota["status"]!["used"] = new JsonObject(a.Used.Select(
                    u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value.ToString()))))),
        ],
        CancellationToken.None);

    // Whether somebody else decides now, so that one has to wait.
    private bool Enqueue(Waiter waiter)
    {
        lock (_lock)
        {
            if (_busy.TryGetValue(waiter.Request.Namespace, out var waiting))
            {
                waiting.Add(waiter);
                return true;
            }

            _busy[waiter.Request.Namespace] = [];
            return false;
        }
    }

    private List<Waiter> TakeAll(Waiter first)
    {
        lock (_lock)
        {
            var waiting = _busy[first.Request.Namespace];
            List<Waiter> batch = [first, .. waiting];
            waiting.Clear();
            return batch;
        }
    }

    private void HandOver(string ns)
    {
        Waiter next;
        lock (_lock)
        {
            var waiting = _busy[ns];
            if (waiting.Count == 0)
            {
                _busy.Remove(ns);
                return;
            }

            next = waiting[0];
            waiting.RemoveAt(0);
        }

        next.Turn.SetResult(Turn.Decide);
    }

    /// <summary>What a request that waited is to do now.</summary>
    private enum Turn
    {
        /// <summary>Somebody has decided on it.</summary>
        Over,

        /// <summary>It decides, for itself and all who wait.</summary>
        Decide,
    }

    private sealed class Waiter(QuotaRequest request)
    {
        public QuotaRequest Request { get; } = request;

        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody could decide: whoever waits hears why.</summary>
        public void Fail(Exception e)
        {
            Turn.TrySetException(e);

            // The one who decides throws himself, and nobody looks at his turn.
            _ = Turn.Task.Exception;
        }
    }
}
