using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OnePlatform.ServiceDefaults;

/// <summary>Refuses <c>[null]</c> where a list of something is documented: the serializer honours <c>?</c> on members and not on items.</summary>
internal static class NullItems
{
    public static void Refuse(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.OnDeserialized is not null)
        {
            return;
        }

        JsonPropertyInfo[] lists = [.. type.Properties.Where(property => property.Get is not null && HasItemsThatAreNeverNull(property))];
        if (lists.Length > 0)
        {
            type.OnDeserialized = value =>
            {
                foreach (var list in lists)
                {
                    if (list.Get!(value) is IEnumerable items && items.Cast<object?>().Index().FirstOrDefault(item => item.Item is null, (-1, null)) is { Index: >= 0 } empty)
                    {
                        // The serializer adds where the object is; where in it is for the problem to add.
                        throw new JsonException($"The item '{list.Name}/{empty.Index}' is null.");
                    }
                }
            };
        }
    }

    private static bool HasItemsThatAreNeverNull(JsonPropertyInfo property)
    {
        if (property.AttributeProvider is not PropertyInfo member
            || property.PropertyType == typeof(string)
            || !property.PropertyType.IsAssignableTo(typeof(IEnumerable)))
        {
            return false;
        }

        var nullability = new NullabilityInfoContext().Create(member);
        var item = nullability.ElementType ?? (nullability.GenericTypeArguments is [var only] ? only : null);
        return item is { ReadState: NullabilityState.NotNull, Type.IsValueType: false };
    }
}
