using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ServiceAccounts;

/// <summary>Keeps a ServiceAccount "default" in every active namespace: pods that name none run as it.</summary>
internal sealed class ServiceAccountController : IController
{
    private const string DefaultName = "default";

    private readonly KubeClient _client;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly Informer<V1ServiceAccount> _accounts;
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;

    public ServiceAccountController(ControllerContext context)
    {
        _client = context.ClientFor("service-account-controller");
        _queue = new WorkQueue<string>(context.Time);
        _loop = new ControllerLoop<string>(
            Name, _queue, SyncAsync, 1, context.Time, context.Loggers.CreateLogger<ServiceAccountController>());
        _namespaces = context.Informers.Of<V1Namespace>();
        _namespaces.AddHandler(
            ns => _queue.Add(ns.Metadata.Name!), (_, ns) => _queue.Add(ns.Metadata.Name!), null);
        _accounts = context.Informers.Of<V1ServiceAccount>();
        _accounts.AddHandler(null, null, account => _queue.Add(account.Metadata.Namespace!));
    }

    public string Name => "serviceaccount-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_namespaces.WaitForSyncAsync(ct), _accounts.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(string name, CancellationToken ct)
    {
        if (_namespaces.Get(null, name) is not { } ns || ns.Metadata.DeletionTimestamp is not null
            || ns.Status?.Phase == "Terminating" || _accounts.Get(name, DefaultName) is not null)
        {
            return SyncResult.Done;
        }

        try
        {
            var account = new V1ServiceAccount
            {
                Metadata = new V1ObjectMeta { Name = DefaultName, Namespace = name },
            };
            await _client.Of<V1ServiceAccount>().CreateAsync(account, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists) || e.Is(StatusReasons.NotFound)
            || NamespaceTermination.IsCauseOf(e))
        {
            // It is there already, or is no longer wanted.
        }

        return SyncResult.Done;
    }
}
