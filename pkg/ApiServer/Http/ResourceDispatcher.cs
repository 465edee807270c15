using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.FieldManagement;
using Kube1.ApiServer.Watch;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>Requests for resources: finds what serves them and runs the verb.</summary>
internal sealed class ResourceDispatcher(ApiServerCore core)
{
    private readonly ObjectCreator _creator = new(core);
    private readonly ObjectUpdater _updater = new(core);
    private readonly PatchEndpoint _patch = new(core);
    private readonly DeleteEndpoint _delete = new(core);
    private readonly ScaleEndpoint _scale = new(core);
    private readonly ObjectLister _lister = new(core.Store, core.Time);
    private readonly WatchServer _watches = new(core, new ObjectLister(core.Store, core.Time));

    /// <summary>Answers, or throws before the response starts.</summary>
    public async Task DispatchAsync(RequestScope scope)
    {
        var info = scope.Info;
        if (core.Catalog.Find(info.ApiGroup, info.ApiVersion, info.Resource) is not { } resource)
        {
            await PageNotFound.AnswerAsync(scope, info.ApiGroup).ConfigureAwait(false);
            return;
        }

        scope.Resource = resource;
        CheckVerb(scope);
        _ = scope.Deadline;
        if (!LongRunningRequests.Contains(info))
        {
            // Before anything is done: an answer that the client cannot read is no answer. Streams have forms of their own.
            scope.Negotiate();
        }

        if (scope.Resource.Strategy.Deprecation is { } deprecation)
        {
            scope.Warn(deprecation);
            if (scope.Audit is not null)
            {
                scope.AuditAnnotations.TryAdd("k8s.io/deprecated", "true");
            }
        }

        if (core.Handlers.Find(scope.Resource.GroupResource, info.Subresource) is { } handler)
        {
            // What is behind a stream or proxy reads the query: dryRun there is none of this server's.
            if (!IsConnect(info))
            {
                scope.ReadWriteOptions("CreateOptions");
            }

            await handler.HandleAsync(HandlerRequest.Of(scope), scope.Aborted).ConfigureAwait(false);
            return;
        }

        if (!scope.Resource.IsStored)
        {
            throw ApiErrors.PathNotFound();
        }

        await (info.Subresource switch
        {
            "" => ServeObjectAsync(scope),
            "scale" => _scale.ServeAsync(scope),
            "status" or "ephemeralcontainers" or "resize" or "approval" or "finalize" => ServeObjectAsync(scope),
            _ => throw ApiErrors.PathNotFound(),
        }).ConfigureAwait(false);
    }

    private Task ServeObjectAsync(RequestScope scope) => scope.Info.Verb switch
    {
        "get" => GetAsync(scope, scope.Aborted),
        "list" => ListAsync(scope, scope.Aborted),
        "watch" => _watches.ServeAsync(scope),
        "create" => CreateAsync(scope, scope.Aborted),
        "update" => UpdateAsync(scope, scope.Aborted),
        "patch" => _patch.PatchAsync(scope, scope.Aborted),
        "delete" => _delete.DeleteAsync(scope, scope.Aborted),
        "deletecollection" => _delete.DeleteCollectionAsync(scope, scope.Aborted),
        _ => throw ApiErrors.MethodNotAllowed(),
    };

    private static void CheckVerb(RequestScope scope)
    {
        var info = scope.Info;
        var resource = scope.Resource.Descriptor;
        if (!resource.Namespaced && info.Namespace.Length > 0 && info.Resource != "namespaces")
        {
            throw ApiErrors.PathNotFound();
        }

        // Across namespaces there are only whole collections, and only a proxy takes what follows it.
        var isAcrossNamespaces = resource.Namespaced && info.Namespace.Length == 0;
        if ((isAcrossNamespaces && info.IsNameInPath) || (info.Rest.Length > 0 && info.Subresource != "proxy"))
        {
            throw ApiErrors.PathNotFound();
        }

        var verbs = resource.Verbs;
        if (info.Subresource.Length > 0)
        {
            verbs = resource.Subresources.FirstOrDefault(s => s.Name == info.Subresource)?.Verbs
                ?? throw (resource.IsCustom
                    ? ApiErrors.NotFound(scope.Resource.GroupResource, info.Name)
                    : ApiErrors.PathNotFound());
        }

        if (info.Verb == "watch" && info.Subresource.Length > 0)
        {
            // The legacy form of a watch names objects only. It is authorized as "watch", whatever its method.
            throw ApiErrors.PathNotFound();
        }

        if (IsConnect(info))
        {
            return;
        }

        var isObject = info.IsNameInPath && info.Subresource.Length == 0;
        if (!verbs.Contains(info.Verb) || (isObject && info.Verb == "create")
            || (info.Name.Length == 0 && info.Verb is "update" or "patch") || HttpMethods.IsHead(scope.Http.Request.Method)
            || ExtendedConnect.Of(scope.Http) is not null
            || (info.Verb == "watch" && !HttpMethods.IsGet(scope.Http.Request.Method))
            || (isAcrossNamespaces && info.Verb is not ("list" or "watch")))
        {
            scope.Http.Response.Headers.Allow = AllowedMethods(info, verbs, isAcrossNamespaces);
            throw ApiErrors.MethodNotAllowed();
        }
    }

    // What the path takes: a collection, an object, or a subresource of one.
    private static string AllowedMethods(RequestInfo info, IReadOnlyList<string> verbs, bool isAcrossNamespaces)
    {
        (string Verb, string Method)[] methods = isAcrossNamespaces || info.Verb == "watch"
            ? [("list", "GET")]
            : !info.IsNameInPath
                ? [("list", "GET"), ("create", "POST"), ("deletecollection", "DELETE")]
                : [("get", "GET"), ("create", "POST"), ("update", "PUT"), ("patch", "PATCH"), ("delete", "DELETE")];
        var isObject = info.IsNameInPath && info.Subresource.Length == 0;
        return string.Join(
            ", ", methods.Where(m => verbs.Contains(m.Verb) && (!isObject || m.Verb != "create")).Select(m => m.Method));
    }

    /// <summary>Streams begin as GET or POST, proxies take every method: their handlers know.</summary>
    private static bool IsConnect(RequestInfo info) => info.Subresource is "exec" or "attach" or "portforward" or "proxy";

    private async Task GetAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var resource = scope.Resource;
        if (QueryValues.IsTrue(scope.Http.Request.Query["export"]))
        {
            throw ApiErrors.BadRequest("the export parameter, deprecated since v1.14, is no longer supported");
        }

        await _lister.WaitForAsync(ListQuery.ParseRevision(scope.Query("resourceVersion")), cancellationToken)
            .ConfigureAwait(false);
        var entry = resource.Objects.Snapshot.Get(resource.KeyOf(scope.Namespace, scope.Info.Name))
            ?? throw ApiErrors.NotFound(resource.GroupResource, scope.Info.Name);
        await ObjectResponse.WriteAsync(scope, 200, StoredObject.Of(entry), cancellationToken).ConfigureAwait(false);
    }

    private async Task ListAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var query = ListQuery.Read(scope, watch: false);
        var page = await _lister.ListAsync(scope, query, cancellationToken).ConfigureAwait(false);
        await ListResponse.WriteAsync(scope, page, cancellationToken).ConfigureAwait(false);
    }

    private async Task CreateAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        scope.ReadWriteOptions("CreateOptions");
        var obj = await ObjectBody.ReadAsync(scope, cancellationToken).ConfigureAwait(false);
        var created = await _creator.CreateAsync(scope, obj, cancellationToken).ConfigureAwait(false);
        await ObjectResponse.WriteAsync(scope, 201, created, cancellationToken).ConfigureAwait(false);
    }

    private async Task UpdateAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        scope.ReadWriteOptions("UpdateOptions");
        var obj = await ObjectBody.ReadAsync(scope, cancellationToken).ConfigureAwait(false);
        ObjectBody.CheckName(scope, obj);
        RepeatedOwners.Drop(obj, isAdmitted: false, scope.Warn);
        var resource = scope.Resource;
        if (resource.Strategy.AllowCreateOnUpdate && scope.Info.Subresource.Length == 0
            && resource.Objects.Snapshot.Get(resource.KeyOf(scope.Namespace, scope.Info.Name)) is null)
        {
            ObjectUpdater.CheckUid(scope, scope.Info.Name, ObjectMetadata.Of(obj).Uid, "");
            CreatePermission.Demand(scope);
            ObjectMetadata.Of(obj).ResourceVersion = "";
            var created = await _creator.CreateAsync(scope, obj, cancellationToken).ConfigureAwait(false);
            await ObjectResponse.WriteAsync(scope, 201, created, cancellationToken).ConfigureAwait(false);
            return;
        }

        var write = RequestFieldWrite.Of(scope);
        var updated = await _updater.UpdateAsync(
            scope, scope.Info.Name,
            current =>
            {
                if (ObjectBody.IsUnchangedMessage(scope, obj, current.Object))
                {
                    return current.Object.DeepClone().AsObject();
                }

                var changed = obj.DeepClone().AsObject();
                UpdateTracking.Track(write, current.Object, changed);
                return changed;
            },
            cancellationToken).ConfigureAwait(false);
        await ObjectResponse.WriteAsync(scope, 200, updated, cancellationToken).ConfigureAwait(false);
    }
}
