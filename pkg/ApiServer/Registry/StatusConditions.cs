using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry;

/// <summary>status.conditions of an object, in its JSON.</summary>
internal static class StatusConditions
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Sets a condition; true when that changes anything. Its time is that of its last change of status.</summary>
    public static bool Set(
        JsonObject obj, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var conditions = ListOf(obj);
        var time = now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        if (conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type) is not { } condition)
        {
            conditions.Add((JsonNode)new JsonObject
            {
                ["type"] = type,
                ["status"] = status,
                ["lastTransitionTime"] = time,
                ["reason"] = reason,
                ["message"] = message,
            });
            return true;
        }

        if (condition.Text("status") == status && condition.Text("reason") == reason && condition.Text("message") == message)
        {
            return false;
        }

        if (condition.Text("status") != status || condition.Text("lastTransitionTime").Length == 0)
        {
            condition["lastTransitionTime"] = time;
        }

        (condition["status"], condition["reason"], condition["message"]) = (status, reason, message);
        return true;
    }

    /// <summary>Says which generation of the object a condition is about; none when that is 0.</summary>
    public static void Observe(JsonObject obj, string type, long generation)
    {
        if (generation > 0 && ListOf(obj).OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type) is { } condition)
        {
            condition["observedGeneration"] = generation;
        }
    }

    /// <summary>Removes a condition; true when there was one.</summary>
    public static bool Remove(JsonObject obj, string type)
    {
        var conditions = ListOf(obj);
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
        return condition is not null && conditions.Remove(condition);
    }

    private static JsonArray ListOf(JsonObject obj)
    {
        var status = obj.Ensure("status");
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        return conditions;
    }
}
