using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.FlowSchemas;

/// <summary>
/// Keeps the condition "Dangling" of each FlowSchema right: whether the priority level that it names is missing, and the
/// schema therefore without effect. Upstream's API server does this itself; so it acts as the API server.
/// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#flowschema
/// </summary>
public sealed class FlowSchemaController : IController
{
    private readonly ResourceClient<V1FlowSchema> _client;
    private readonly Informer<V1FlowSchema> _schemas;
    private readonly Informer<V1PriorityLevelConfiguration> _levels;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly TimeProvider _time;

    /// <summary>A level that comes or goes concerns the schemas that name it.</summary>
    public FlowSchemaController(ControllerContext context)
    {
        _client = context.ApiServer.Of<V1FlowSchema>();
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(_time);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, 1, _time, context.Loggers.CreateLogger<FlowSchemaController>());
        _schemas = context.Informers.Of<V1FlowSchema>();
        _schemas.AddHandler(s => _queue.Add(ObjectKey.Of(s)), (_, s) => _queue.Add(ObjectKey.Of(s)), null);
        _levels = context.Informers.Of<V1PriorityLevelConfiguration>();
        _levels.AddHandler(EnqueueSchemasOf, null, EnqueueSchemasOf);
    }

    /// <inheritdoc/>
    public string Name => "flow-schema-controller";

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_schemas.WaitForSyncAsync(ct), _levels.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private void EnqueueSchemasOf(V1PriorityLevelConfiguration level)
    {
        foreach (var schema in _schemas.List())
        {
            if (LevelOf(schema) == level.Metadata.Name)
            {
                _queue.Add(ObjectKey.Of(schema));
            }
        }
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_schemas.Get(null, key.Name) is not { } schema)
        {
            return SyncResult.Done;
        }

        var level = LevelOf(schema);
        var found = _levels.Get(null, level) is not null;
        var (status, reason) = found ? ("False", "Found") : ("True", "NotFound");
        var message = $"This FlowSchema references the PriorityLevelConfiguration object named \"{level}\" "
            + (found ? "and it exists" : "but there is no such object");
        var current = schema.Status?.Conditions?.FirstOrDefault(c => c.Type == "Dangling");
        if (current?.Status == status && current.Reason == reason && current.Message == message)
        {
            return SyncResult.Done;
        }

        var since = current?.Status == status && current.LastTransitionTime is { } before ? before : _time.GetUtcNow();
        await _client.PatchAsync(null, key.Name, PatchType.Apply, Configuration(key.Name, new JsonObject
        {
            ["type"] = "Dangling",
            ["status"] = status,
            ["lastTransitionTime"] = since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["reason"] = reason,
            ["message"] = message,
        }), "status", ct).ConfigureAwait(false);
        return SyncResult.Done;
    }

    private static string LevelOf(V1FlowSchema schema) => schema.Spec?.PriorityLevelConfiguration.Name ?? "";

    private static ReadOnlyMemory<byte> Configuration(string name, JsonObject condition) =>
        System.Text.Encoding.UTF8.GetBytes(new JsonObject
        {
            ["apiVersion"] = V1FlowSchema.GroupVersionKind.ApiVersion,
            ["kind"] = V1FlowSchema.GroupVersionKind.Kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) },
        }.ToJsonString());
}
